"""Puts measured text between two markers of a document."""

BEGIN = "<!-- bench:begin, written by ./run bench --docs -->"
END = "<!-- bench:end -->"


def with_measured(document, measured):
    """The document with `measured` in place of what was between the markers."""
    begin = document.find(BEGIN)
    end = document.find(END)
    if begin < 0 or end < begin:
        raise ValueError("the document lacks the markers " + BEGIN + " and " + END)
    return document[: begin + len(BEGIN)] + "\n\n" + measured.strip() + "\n\n" + document[end:]
