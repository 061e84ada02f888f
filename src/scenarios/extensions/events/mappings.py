"""The columns of known event stores, and the codes that they use."""

import re
from collections.abc import Callable, Mapping

import msgspec

Fields = Mapping[str, str]
"""A row by our names of its fields, without empty ones."""
LONGEST_SUMMARY = 300
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class EventLayout(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of event table; `system` is the key in `foreign` of the ids of its rows.

    `columns` has the column of each field, `id` the fields that together name a row, `codes` the
    fields whose leading noughts count, `names` the names of a country's code in the fields
    `countries`, `head` the columns of files without a head. `summary` has the fields of each part
    of a summary, of which the first that a row has counts; `kind` is the meaning of a CAMEO code.
    """

    system: str
    title: str
    columns: Mapping[str, str]
    summary: tuple[str, ...]
    id: tuple[str, ...] = ("id",)
    codes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    names: Mapping[str, tuple[str, ...]] = {}
    head: tuple[str, ...] = ()
    origin: Callable[[Fields], str | None] = lambda _: None

    def summary_of(self, row: Fields) -> str:
        """The summary of a row, cut to the limit."""
        values = {**row, "event": f"Event {row['id']}"}
        if "cameo" in row:
            values["kind"] = _kind_of(row["cameo"])
        options = (
            [values[name] for name in words.split() if name in values] for words in self.summary
        )
        return sentence(*(texts[0] for texts in options if texts))


def folded(name: str) -> str:
    """A column's name as it is compared: `Event ID`, `event_id` and `EventID` are equal."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def sentence(*parts: str | None) -> str:
    """The non-empty parts in one line, cut to the limit."""
    text = clean(" – ".join(text for text in parts if text))
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def clean(text: str) -> str:
    """The text in one line, without characters that no record may hold."""
    return " ".join(_UNWRITABLE.sub(" ", text).split())


def _pairs(text: str) -> dict[str, str]:
    """The first word of each entry with the rest of it; `;` ends an entry."""
    entries = (entry.partition(" ") for entry in " ".join(text.split()).split("; "))
    return {word: rest for word, _, rest in entries}


ACLED = EventLayout(
    system="acled",
    title="ACLED",
    columns=_pairs(
        """
        id event_id_cnty; date event_date; type event_type; sub_type sub_event_type;
        disorder disorder_type; source_name actor1; target_name actor2; country country;
        iso iso; region region; admin1 admin1; place location; fatalities fatalities;
        publisher source; text notes
        """
    ),
    summary=("sub_type type", "source_name", "target_name", "place"),
)

_KINDS = (
    *("Make public statement", "Appeal", "Express intent to cooperate", "Consult"),
    *("Engage in diplomatic cooperation", "Engage in material cooperation", "Provide aid"),
    *("Yield", "Investigate", "Demand", "Disapprove", "Reject", "Threaten", "Protest"),
    *("Exhibit military posture", "Reduce relations", "Coerce", "Assault", "Fight"),
    "Engage in unconventional mass violence",
)


def _kind_of(code: str) -> str:
    """The meaning of a code's first two digits; the code alone if they have none."""
    is_listed = code[:2].isdecimal() and 0 < int(code[:2]) <= len(_KINDS)
    return f"{_KINDS[int(code[:2]) - 1]} (CAMEO {code})" if is_listed else f"CAMEO {code}"


_ACTOR = (
    *("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode"),
    *("Religion1Code", "Religion2Code", "Type1Code", "Type2Code", "Type3Code"),
)
_GEO = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
GDELT = EventLayout(
    system="gdelt",
    title="GDELT 2",
    columns=_pairs(
        """
        id GLOBALEVENTID; date SQLDATE; cameo EventCode; cameo_root EventRootCode;
        source_name Actor1Name; source_country Actor1CountryCode;
        source_type Actor1Type1Code; target_name Actor2Name;
        target_country Actor2CountryCode; target_type Actor2Type1Code;
        intensity GoldsteinScale; mentions NumMentions; is_root IsRootEvent;
        place ActionGeo_FullName; country ActionGeo_CountryCode; url SOURCEURL
        """
    ),
    summary=("source_name", "kind", "target_name", "place"),
    codes=frozenset({"cameo", "cameo_root"}),
    head=(
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor{number}{suffix}" for number in (1, 2) for suffix in _ACTOR),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"),
        *("GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *(f"{of}Geo_{suffix}" for of in ("Actor1", "Actor2", "Action") for suffix in _GEO),
        *("DATEADDED", "SOURCEURL"),
    ),
)

_NAMES = """
AFG Afghanistan; ALB Albania; DZA Algeria; AND Andorra; AGO Angola; ATG Antigua and Barbuda;
ARG Argentina; ARM Armenia; AUS Australia; AUT Austria; AZE Azerbaijan; BHS Bahamas; BHR Bahrain;
BGD Bangladesh; BRB Barbados; BLR Belarus; BEL Belgium; BLZ Belize; BEN Benin; BTN Bhutan;
BOL Bolivia; BIH Bosnia and Herzegovina; BWA Botswana; BRA Brazil; BRN Brunei, Brunei Darussalam;
BGR Bulgaria; BFA Burkina Faso; BDI Burundi; KHM Cambodia; CMR Cameroon; CAN Canada;
CPV Cape Verde; CAF Central African Republic; TCD Chad; CHL Chile; CHN China; COL Colombia;
COM Comoros; COG Congo; COD Democratic Republic of Congo, Democratic Republic of the Congo;
CRI Costa Rica; CIV Cote d'Ivoire; HRV Croatia; CUB Cuba; CYP Cyprus; CZE Czech Republic;
DNK Denmark; DJI Djibouti; DMA Dominica; DOM Dominican Republic; ECU Ecuador; EGY Egypt;
SLV El Salvador; GNQ Equatorial Guinea; ERI Eritrea; EST Estonia; SWZ Swaziland; ETH Ethiopia;
FJI Fiji; FIN Finland; FRA France; GAB Gabon; GMB Gambia; GEO Georgia; DEU Germany; GHA Ghana;
GRC Greece; GRL Greenland; GRD Grenada; GTM Guatemala; GIN Guinea; GNB Guinea-Bissau; GUY Guyana;
HTI Haiti; VAT Holy See; HND Honduras; HKG Hong Kong; HUN Hungary; ISL Iceland; IND India;
IDN Indonesia; IRN Iran; IRQ Iraq; IRL Ireland; ISR Israel; ITA Italy; JAM Jamaica; JPN Japan;
JOR Jordan; KAZ Kazakhstan; KEN Kenya; KIR Kiribati; PRK North Korea; KOR South Korea;
XKX Kosovo; KWT Kuwait; KGZ Kyrgyzstan; LAO Laos; LVA Latvia; LBN Lebanon; LSO Lesotho;
LBR Liberia; LBY Libya; LIE Liechtenstein; LTU Lithuania; LUX Luxembourg; MAC Macao;
MDG Madagascar; MWI Malawi; MYS Malaysia; MDV Maldives; MLI Mali; MLT Malta;
MHL Marshall Islands; MRT Mauritania; MUS Mauritius; MEX Mexico; FSM Micronesia; MDA Moldova;
MCO Monaco; MNG Mongolia; MNE Montenegro; MAR Morocco; MOZ Mozambique; MMR Myanmar; NAM Namibia;
NRU Nauru; NPL Nepal; NLD Netherlands; NZL New Zealand; NIC Nicaragua; NER Niger; NGA Nigeria;
MKD Macedonia; NOR Norway; OMN Oman; PAK Pakistan; PLW Palau;
PSE Occupied Palestinian Territory, Palestine; PAN Panama; PNG Papua New Guinea; PRY Paraguay;
PER Peru; PHL Philippines; POL Poland; PRT Portugal; PRI Puerto Rico; QAT Qatar; ROU Romania;
RUS Russian Federation, Russia; RWA Rwanda; KNA Saint Kitts and Nevis; LCA Saint Lucia;
VCT Saint Vincent and the Grenadines; WSM Samoa; SMR San Marino; STP Sao Tome and Principe;
SAU Saudi Arabia; SEN Senegal; SRB Serbia, Serbia and Montenegro; SYC Seychelles;
SLE Sierra Leone; SGP Singapore; SVK Slovakia; SVN Slovenia; SLB Solomon Islands; SOM Somalia;
ZAF South Africa; SSD South Sudan; ESP Spain; LKA Sri Lanka; SDN Sudan; SUR Suriname; SWE Sweden;
CHE Switzerland; SYR Syria; TWN Taiwan; TJK Tajikistan; TZA Tanzania; THA Thailand;
TLS Timor-Leste; TGO Togo; TON Tonga; TTO Trinidad and Tobago; TUN Tunisia; TUR Turkey;
TKM Turkmenistan; TUV Tuvalu; UGA Uganda; UKR Ukraine; ARE United Arab Emirates;
GBR United Kingdom; USA United States; URY Uruguay; UZB Uzbekistan; VUT Vanuatu; VEN Venezuela;
VNM Vietnam; ESH Western Sahara; YEM Yemen; ZMB Zambia; ZWE Zimbabwe
"""

COUNTRIES = {code: tuple(names.split(", ")) for code, names in _pairs(_NAMES).items()}
"""Each code with its names."""


def _origin(row: Fields) -> str | None:
    """The story: it is one witness, however many events are coded from it."""
    story = re.sub(r"[^a-z0-9]+", "-", row.get("story", "").lower()).strip("-")
    return f"icews-story-{story}" if story else None


ICEWS = EventLayout(
    system="icews",
    title="ICEWS",
    columns=_pairs(
        """
        event_id Event ID; date Event Date; cameo CAMEO Code; text Event Text;
        intensity Intensity; source_name Source Name; source_sectors Source Sectors;
        source_country Source Country; target_name Target Name;
        target_sectors Target Sectors; target_country Target Country; story Story ID;
        publisher Publisher; city City; province Province; country Country
        """
    ),
    summary=("source_name", "text cameo", "target_name"),
    id=("date", "event_id"),
    codes=frozenset({"cameo"}),
    countries=frozenset({"source_country", "target_country", "country"}),
    names=COUNTRIES,
    origin=_origin,
)
