# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from datetime import datetime, time, timedelta
from itertools import product

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

# In which groups each contact was when a period began and when it ended, as masks.
STATES = """
SELECT partner_id,
       COALESCE(bit_or(mask) FILTER (
           WHERE date_start < %(start)s
             AND (date_end IS NULL OR date_end >= %(start)s)), 0) AS old,
       COALESCE(bit_or(mask) FILTER (
           WHERE date_end IS NULL OR date_end >= %(end)s), 0) AS new
  FROM (%(parts)s) AS part
  JOIN customer_group_membership ON group_id = part_id
 WHERE date_start < %(end)s AND (date_end IS NULL OR date_end >= %(start)s)
   AND %(visible)s
 GROUP BY partner_id"""


class CustomerGroup(models.Model):
    """Comparing groups: who moved from one to another."""

    _inherit = "customer.group"

    #: So many contacts who moved can be opened as a list.
    _moved_limit = 10_000

    @api.model
    @api.readonly
    def get_movement(
        self,
        date_from,
        date_to,
        group_ids=None,
        parent_id=None,
        include_subgroups=False,
    ):
        """Count the contacts that moved from one group to another in a period.

        Who moved was in the one and not in the other when the period began, and the
        other way round when it ended; what happened in between does not matter.
        Archived contacts count, deleted ones are gone.

        :param str date_from: first day of the period, in the time zone of the user
        :param str date_to: its last day
        :param list[int] group_ids: the groups; see :meth:`_get_compared`
        :param int parent_id: or the group whose subgroups are compared
        :param bool include_subgroups: whether members of subgroups count
        :return: ``groups`` with the numbers of members ``before`` and ``after``;
            ``moves``, lists (id, id, contacts) from where to where, with ``False`` for
            those who left or joined none of the groups, and twice the same id for who
            stayed; ``found`` as in :meth:`get_overlap`
        :rtype: dict
        :raise UserError: when too many groups were chosen, or the days are wrong
        """
        start, end = self._get_period(date_from, date_to)
        groups, found = self._get_compared(group_ids, parent_id, include_subgroups)
        before, after, moves = Counter(), Counter(), Counter()
        for old, new, count in groups._count_states(start, end, include_subgroups):
            before.update(dict.fromkeys(groups._get_of_mask(old), count))
            after.update(dict.fromkeys(groups._get_of_mask(new), count))
            stayed = groups._get_of_mask(old & new)
            origins = groups._get_of_mask(old & ~new) or [False]
            targets = groups._get_of_mask(new & ~old) or [False]
            pairs = [*zip(stayed, stayed, strict=True), *product(origins, targets)]
            moves.update(dict.fromkeys(pairs, count))
        del moves[False, False]
        return {
            "groups": [
                values | {"before": before[values["id"]], "after": after[values["id"]]}
                for values in groups._prepare_compared()
            ],
            "moves": [(*pair, count) for pair, count in moves.items()],
            "found": found,
        }

    def _count_states(self, start, end, include_subgroups):
        """Count the contacts by the groups they were in before and after a period.

        :param datetime start: when the period begins, in UTC
        :param datetime end: when it ends
        :param bool include_subgroups: whether members of subgroups count
        :return: rows (mask of the groups before, mask after, contacts)
        """
        if not self:
            return []
        return self.env.execute_query(
            SQL(
                "SELECT old, new, count(*) FROM (%s) AS state GROUP BY old, new",
                self._sql_states(start, end, include_subgroups),
            )
        )

    def _sql_states(self, start, end, include_subgroups):
        """Return the query of the states of contacts, see :meth:`_count_states`."""
        memberships = self.env["customer.group.membership"]
        partners = self.env["res.partner"].with_context(active_test=False)
        memberships.check_access("read")
        return SQL(
            STATES,
            start=start,
            end=end,
            parts=self._sql_parts(include_subgroups),
            visible=partners._sql_is_visible(SQL("partner_id")),
        )

    @api.model
    def _get_period(self, date_from, date_to):
        """Return when a period begins and ends, in UTC.

        Days end at midnight in the time zone of the user.

        :param str date_from: its first day
        :param str date_to: its last day
        :rtype: tuple[datetime, datetime]
        :raise UserError: when that is no period
        """
        try:
            days = [fields.Date.to_date(day) for day in (date_from, date_to)]
        except ValueError:
            days = [False]
        if not all(days):
            raise UserError(self.env._("Choose the first and the last day."))
        first, last = days
        if first > last:
            raise UserError(
                self.env._("The period ends before it begins. Choose other days.")
            )
        return tuple(
            self.env.tz.localize(datetime.combine(day, time()))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        )

    @api.model
    def get_movement_action(
        self,
        date_from,
        date_to,
        group_ids,
        origin_id,
        target_id,
        include_subgroups=False,
    ):
        """Open the contacts of a number of :meth:`get_movement`.

        :param str date_from: first day of the period
        :param str date_to: its last day
        :param list[int] group_ids: all groups that are compared
        :param int origin_id: the group they left, or ``False``
        :param int target_id: the group they joined, or ``False``; the same one for who
            stayed in it
        :param bool include_subgroups: whether members of subgroups count
        :return: action dictionary
        :raise UserError: when they are too many for a list
        """
        start, end = self._get_period(date_from, date_to)
        groups, _found = self._get_compared(group_ids, None, include_subgroups)
        bits = {id_: 1 << n for n, id_ in enumerate(groups.ids)} | {False: 0}
        origin_bit, target_bit = bits.get(origin_id), bits.get(target_id)
        if origin_bit is None or target_bit is None:
            raise UserError(self.env._("There is no such group any more."))
        condition = (
            SQL("old & new & %s != 0", origin_bit)
            if origin_id == target_id
            else SQL(
                "%s AND %s",
                self._sql_has_bit(SQL("old & ~new"), origin_bit),
                self._sql_has_bit(SQL("new & ~old"), target_bit),
            )
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM (%s) AS state WHERE %s LIMIT %s",
                groups._sql_states(start, end, include_subgroups),
                condition,
                self._moved_limit + 1,
            )
        )
        if len(rows) > self._moved_limit:
            raise UserError(
                self.env._(
                    "More than %s contacts are too many for this list. Choose a shorter"
                    " period, or search contacts by group.",
                    formatLang(self.env, self._moved_limit, digits=0),
                )
            )
        origin, target = (self.browse(id_).name for id_ in (origin_id, target_id))
        if origin_id == target_id:
            name = self.env._("Stayed in %s", origin)
        elif not origin_id:
            name = self.env._("Joined %s", target)
        elif not target_id:
            name = self.env._("Left %s", origin)
        else:
            name = f"{origin} → {target}"
        ids = [id_ for [id_] in rows]
        return self._get_contacts_action(
            name, [("id", "in", ids), ("active", "in", [True, False])]
        )

    @api.model
    def _sql_has_bit(self, mask, bit):
        """Return the condition that a mask has a bit, or no bit at all for 0."""
        return SQL("(%s) & %s != 0", mask, bit) if bit else SQL("(%s) = 0", mask)
