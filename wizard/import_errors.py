# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

#: More errors than this are counted, not listed.
MAX_ERRORS = 50
#: How many rows one message names.
MAX_ROWS = 5


class ImportErrors:
    """What is wrong with a file, as Odoo's import page shows it.

    The same message for many rows is shown once, with the first few rows.
    """

    def __init__(self, env):
        self.env = env
        self._rows = {}
        self._unlisted = 0

    def __bool__(self):
        return bool(self._rows)

    def add(self, message, row=None):
        """Note an error.

        :param str message: what is wrong and what to do
        :param int row: row of the file, where 1 has the titles; none for the whole file
        """
        if message in self._rows:
            self._rows[message].append(row)
        elif len(self._rows) < MAX_ERRORS:
            self._rows[message] = [row]
        else:
            self._unlisted += 1

    def get_messages(self):
        """Return the messages in the form of ``BaseModel.load``.

        :rtype: list[dict]
        """
        messages = [self._get_message(*item) for item in self._rows.items()]
        if self._unlisted:
            text = self.env._(
                "The file has more errors than are listed: %s rows.", self._unlisted
            )
            messages.append({"type": "error", "message": text})
        return messages

    def _get_message(self, message, rows):
        if rows[0] is None:
            return {"type": "error", "message": message}
        if len(rows) > 1:
            others = ", ".join(map(str, rows[1:MAX_ROWS]))
            if len(rows) > MAX_ROWS:
                others += ", …"
            message = self.env._(
                "%(message)s (Also in row %(rows)s)", message=message, rows=others
            )
        index = rows[0] - 2
        return {
            "type": "error",
            "message": message,
            "record": rows[0],
            "rows": {"from": index, "to": index},
        }
