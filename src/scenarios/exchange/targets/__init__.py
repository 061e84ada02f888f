"""The forms in which a database goes out, each in its own file.

A module here has `write(view, place)`, which makes a file, or fills a folder, that is not there
yet; `is_ours(place, tracker)`, whether what is there is an earlier export, and of that tracker
where one is named; and `read(place)`, its tables again, where it can be read back. One that sends
the tables to an address has `send(view, address)`, which says where they went.
"""
