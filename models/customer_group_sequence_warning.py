# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class CustomerGroupSequence(models.Model):
    """What somebody should look at before a series runs, or while it does.

    None of it is refused: it may be meant, and nothing runs for ever (see
    ``_get_refusal``).
    """

    _inherit = "customer.group.sequence"

    @api.depends(
        "group_ids",
        "include_subgroups",
        "trigger",
        "stop_on_leave",
        "step_ids.action",
        "step_ids.target_group_id",
        "user_id",
    )
    def _compute_warning(self):
        # sudo: groups and series of other companies, which make a circle as well.
        for sequence in self.sudo():
            warnings = [
                sequence._get_archived_warning(),
                sequence._get_own_group_warning(),
                sequence._get_circle_warning(),
                sequence._get_user_warning(),
            ]
            sequence.warning = "\n".join(filter(None, warnings))

    def _get_target_groups(self):
        return self.step_ids.filtered(
            lambda step: step.action in ("add", "remove")
        ).target_group_id

    def _get_archived_warning(self):
        sequence = self.with_context(active_test=False)
        groups = sequence.group_ids | sequence.stop_group_ids
        groups |= self._get_target_groups()
        names = groups.filtered(lambda group: not group.active).mapped("display_name")
        return names and self.env._("These groups are archived: %s.", ", ".join(names))

    def _get_own_group_warning(self):
        """Warn of steps that change the groups which start the series."""
        if self.trigger != "join":
            return ""
        own = self._get_start_groups()
        for step in self.step_ids:
            if step.action == "add" and step.target_group_id in own:
                return self.env._(
                    "A step adds to “%s”, by which contacts enter the series.",
                    step.target_group_id.display_name,
                )
            if (
                step.action == "remove"
                and step.target_group_id in own
                and self.stop_on_leave
                and step != self.step_ids[-1:]
            ):
                return self.env._(
                    "A step removes from “%s”: the series stops there for those who are"
                    " in none of the other start groups, and the steps below it are"
                    " not done.",
                    step.target_group_id.display_name,
                )
        return ""

    def _get_circle_warning(self):
        """Warn of running series that start each other in a circle."""
        # sudo: as in the compute
        running = self.sudo().search([("state", "=", "running")]) | self._origin
        follows = {sequence: sequence._get_started(running) for sequence in running}
        path, seen = [(self._origin, ())], set()
        while path:
            sequence, before = path.pop()
            for following in follows.get(sequence, ()):
                if following == self._origin:
                    names = (*before, sequence, following)
                    return self.env._(
                        "These series start each other in a circle: %s. A contact goes"
                        " through each of them once; then it ends.",
                        " → ".join(s.name for s in names),
                    )
                if following not in seen:
                    seen.add(following)
                    path.append((following, (*before, sequence)))
        return ""

    def _get_started(self, others):
        """Return which of other series the steps of this one start."""
        triggers = {"add": "join", "remove": "leave"}
        pairs = {
            (triggers.get(step.action), step.target_group_id) for step in self.step_ids
        }
        return others.filtered(
            lambda other: (
                other.start_automation
                and any(
                    trigger == other.trigger and group in other._get_start_groups()
                    for trigger, group in pairs
                )
            )
        )

    def _get_user_warning(self):
        if self.user_id and not self.user_id.active:
            return self.env._(
                "%s, who is responsible, is archived. Managers are told about errors;"
                " steps that need a responsible fail.",
                self.user_id.name,
            )
        return ""
