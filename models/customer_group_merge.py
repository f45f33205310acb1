# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ..tools import naming
from .customer_group_operation import CHANGE_KEY, Change


class CustomerGroup(models.Model):
    """Making one group of several, with all that hangs on them."""

    _inherit = "customer.group"

    def _merge_into(self, target, reason=""):
        """Give all that these groups have to another one, and delete them.

        Takes the same number of statements for any number of members. It concerns all
        members, also those the user cannot see: as with deleting a group, the right to
        manage groups is enough, and no contact is lost.

        :param target: the group that remains
        :param str reason: why, for the journal
        :return: the operation with the exact number of members that joined
        :raise AccessError: when the user may not delete these or change the target
        :raise UserError: when something is in the way of the merge
        """
        sources = self - target
        sources.check_access("unlink")
        target.check_access("write")
        obstacle = sources._get_merge_obstacle(target)
        if obstacle:
            raise UserError(obstacle)
        note = sources._prepare_merge_note()
        reason = sources._prepare_merge_reason(target, reason)
        values = sources._prepare_merge_values(target)
        sources._get_merged_subgroups().write({"parent_id": target.id})
        self.env.flush_all()
        added = sources._move_members(target)
        self.env["customer.group.stat"]._merge(sources, target)
        sources._move_references(target)
        self.env.invalidate_all()
        change = Change("merge", "merge", reason)
        sources.with_context(**{CHANGE_KEY: change}).unlink()
        if values:
            target.write(values)
        target.message_post(body=note)
        return self.env["customer.group.operation"]._open(change, added=added)

    def _prepare_merge_values(self, target):
        """Return what ``target`` takes over from these, where it has nothing itself.

        :rtype: dict
        """
        values = {}
        if not target.code:
            values["code"] = next(filter(None, self.mapped("code")), False)
        if not target.template_id:
            values["template_id"] = self.template_id[:1].id
        return {name: value for name, value in values.items() if value}

    def _prepare_merge_reason(self, target, reason):
        """Return what the journal says about the merge of these into ``target``."""
        return ". ".join(
            filter(
                None,
                [
                    self.env._(
                        "Merged into “%(target)s”: %(groups)s",
                        target=target.display_name,
                        groups=", ".join(self.mapped("display_name")),
                    ),
                    reason,
                ],
            )
        )

    def _prepare_merge_note(self):
        """Return the note that tells in the remaining group what became part of it."""
        rows = self.env.execute_query(
            SQL(
                """SELECT group_id, count(*) FROM customer_group_res_partner_rel
                    WHERE group_id IN %s GROUP BY group_id""",
                self._ids,
            )
        )
        counts = dict(rows)
        note = self.env._("Merged into this group:")
        line = Markup("<li>%s%s</li>")
        lines = [
            line
            % (
                self.env._(
                    "%(group)s (members: %(count)s)",
                    group=group.display_name,
                    count=formatLang(self.env, counts.get(group.id, 0), digits=0),
                ),
                Markup("<br/>") + group.description if group.description else "",
            )
            for group in self
        ]
        return Markup("%s<ul>%s</ul>") % (note, Markup().join(lines))

    # ------------------------------------------------------------
    # PREVIEW
    # ------------------------------------------------------------

    def _get_merge_target(self):
        """Return the group that most likely is to remain: a large one at the top."""
        topmost = self._get_topmost()
        topmost = topmost.filtered("active") or topmost
        counts = {id_: direct for id_, direct, _total in topmost._get_member_counts()}
        return topmost.sorted(lambda g: -counts.get(g.id, 0))[:1]

    def _get_merge_obstacle(self, target):
        """Say why these groups cannot be merged into ``target``, and what to do.

        :return: text for the user; empty when nothing is in the way
        """
        if not self or not target:
            return self.env._("Choose at least two groups, and the one that remains.")
        if not target.active:
            return self.env._(
                "“%s” is archived. Unarchive it first, or choose another group to"
                " remain.",
                target.display_name,
            )
        above = set(map(int, target.parent_path.split("/")[:-2])) & set(self.ids)
        if above:
            return self.env._(
                "“%(target)s” is a subgroup of “%(group)s”, which would be deleted."
                " Let “%(group)s” remain instead.",
                target=target.display_name,
                group=self.browse(min(above)).display_name,
            )
        return self._get_subgroup_obstacle(target) or self._get_company_obstacle(target)

    def _get_subgroup_obstacle(self, target):
        # sudo: subgroups of companies that are not active are in the way as well.
        everything = self.sudo()._get_merged_subgroups().sudo(False)
        hidden = everything - everything._filtered_access("write")
        if hidden:
            return self.env._(
                "“%s” has subgroups of another company, which you cannot see. Somebody"
                " of that company has to move them first.",
                hidden.sudo()[0].parent_id.display_name,
            )
        for row, other in everything._get_same_names({"parent_id": target.id}):
            there = self.browse(other["id"]) & everything
            path = naming.join_path([target.display_name, other["name"]])
            return self.env._(
                "“%(one)s” and “%(other)s” would be two subgroups of the same name."
                " Merge them first, or rename one of them.",
                one=everything.browse(row["id"]).display_name,
                other=there.display_name or path,
            )
        return ""

    def _get_company_obstacle(self, target):
        if not target.company_id:
            return ""
        # sudo: branches that the user does not have belong to the company as well.
        companies = target.company_id.sudo().search(
            [("id", "child_of", target.company_id.id)]
        )
        for group in self._get_merged_subgroups():
            if group.company_id not in companies:
                return self.env._(
                    "“%(target)s” belongs to %(company)s, but “%(subgroup)s” is not a"
                    " group of that company alone. Move it first.",
                    target=target.display_name,
                    company=target.company_id.display_name,
                    subgroup=group.display_name,
                )
        if self.env["res.partner"]._get_group_company_conflicts(
            SQL("r.group_id IN %s", self._ids), SQL("%s", target.id)
        ):
            return self.env._(
                "“%(target)s” belongs to %(company)s, but the other groups have members"
                " of other companies. Take these out first.",
                target=target.display_name,
                company=target.company_id.display_name,
            )
        return ""

    def _get_merged_subgroups(self):
        """Return the subgroups that would move; subgroups that are merged do not."""
        return self.with_context(active_test=False).search(
            [("parent_id", "in", self.ids), ("id", "not in", self.ids)]
        )

    def _get_merge_counts(self, target):
        """Count what a merge into ``target`` would change, exactly.

        The members are all there are, archived and invisible ones included: they move.

        :return: dict of the fields of the dialog
        """
        self.env.flush_all()
        sources = self - target
        [[present, joining, already]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FILTER (WHERE is_in),
                          count(*) FILTER (WHERE NOT is_in),
                          count(*) FILTER (WHERE is_in AND joins)
                     FROM (SELECT bool_or(group_id = %(target)s) AS is_in,
                                  bool_or(group_id != %(target)s) AS joins
                             FROM customer_group_res_partner_rel
                            WHERE group_id IN %(groups)s
                         GROUP BY partner_id) AS member""",
                target=target.id,
                groups=(sources + target)._ids,
            )
        )
        membership = self.env["customer.group.membership"]
        return {
            "present_count": present,
            "joining_count": joining,
            "already_count": already,
            "subgroup_count": len(sources._get_merged_subgroups()),
            "history_count": membership._count_merged(sources, target),
            "reference_count": sources._count_references(),
        }

    # ------------------------------------------------------------
    # WHAT FOLLOWS
    # ------------------------------------------------------------

    def _move_members(self, target):
        """Put all members into ``target``, with their history.

        :return: number of contacts that were not in it
        """
        self.env["customer.group.membership"]._merge("group_id", self, target)
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT DISTINCT partner_id, %s FROM customer_group_res_partner_rel
                    WHERE group_id IN %s
                 ORDER BY partner_id
                       ON CONFLICT DO NOTHING""",
                target.id,
                self._ids,
            )
        )
        return self.env.cr.rowcount

    def _count_references(self):
        """Count the records of other models that refer to these groups."""
        merger = self.env["base.partner.merge.automatic.wizard"]
        journal = self.env["customer.group.operation"]._fields["group_ids"].relation
        queries = [
            SQL(
                "SELECT count(*) FROM %s WHERE %s IN %s",
                SQL.identifier(table),
                SQL.identifier(column),
                self._ids,
            )
            for table, column in merger._get_fk_on(self._table)
            if table != journal
        ]
        values = [f"{self._name},{id_}" for id_ in self.ids]
        for field in self._get_stored_fields("reference"):
            # sudo: the records need not be visible to be redirected; only counted.
            model = self.env[field.model_name].sudo().with_context(active_test=False)
            query = model._search([(field.name, "in", values)])
            queries.append(query.select(SQL("count(*)")))
        if not queries:
            return 0
        rows = self.env.execute_query(SQL(" UNION ALL ").join(queries))
        return sum(count for [count] in rows)

    def _move_references(self, target):
        """Have all that refers to these groups refer to ``target``.

        Odoo's merge of contacts knows how: foreign keys, references, messages, files,
        activities, followers and external ids. Further references by model and id are
        redirected here.
        """
        # sudo: the user who merges need not have rights on what refers to the groups.
        followers = self.env["mail.followers"].sudo()
        domain = [("res_model", "=", self._name), ("res_id", "in", (self + target).ids)]
        found = followers.search(domain).sorted(lambda f: f.res_id != target.id)
        found -= followers.union(
            *(same[0] for same in found.grouped("partner_id").values())
        )
        found.unlink()  # Odoo drops all followers of a group if one follows both
        # An update of the module that brought a group must not rename the other one.
        self.env["ir.model.data"].sudo().search(
            [("model", "=", self._name), ("res_id", "in", self.ids)]
        ).noupdate = True
        merger = self.env["base.partner.merge.automatic.wizard"]
        merger = merger.with_context(active_test=False)
        merger._update_foreign_keys_generic(self._name, self, target)
        merger._update_reference_fields_generic(self._name, self, target)
        for field in self._get_stored_fields("many2one_reference"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
                    SQL.identifier(self.env[field.model_name]._table),
                    SQL.identifier(field.name),
                    target.id,
                    SQL.identifier(field.model_field),
                    self._name,
                    SQL.identifier(field.name),
                    self._ids,
                )
            )

    def _get_stored_fields(self, type_):
        """Return the columns of this type, as fields of the models that have them."""
        return [
            field
            for model in self.env.values()
            if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.type == type_
            and field.store
            and (
                type_ != "many2one_reference" or model._fields[field.model_field].store
            )
        ]
