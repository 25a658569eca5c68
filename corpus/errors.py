"""The errors that a caller may expect from the corpus; each message is one sentence for the person who reads it."""


class MillhandError(Exception):
    """Anything Millhand refuses or cannot do; `str(error)` is one sentence that says what and what to do."""


class SettingsError(MillhandError):
    """A setting is unknown, misspelt or out of bounds."""


class DataFolderError(MillhandError):
    """The data folder is owned by another process, damaged, or written by a newer version."""


class NotFound(MillhandError):
    """No such document, page, equipment, part, case or account."""


class Conflict(MillhandError):
    """The change contradicts what is stored: superseding a removed document, a tag that exists twice."""


class IndexMismatch(MillhandError):
    """The index was built with another embedding model or layout; `millhand reindex` mends it."""


class Unreadable(MillhandError):
    """A file cannot be read: which one, what is wrong with it, what to do."""


class Refused(MillhandError):
    """This person or address may not do this."""
