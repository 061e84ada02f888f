"""YAML text: read with its faults and places, written, and edited byte by byte."""
