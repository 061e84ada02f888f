"""Tables of our own records: a row a record, its columns named as the record's keys."""
