# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, formatLang, html2plaintext
from odoo.tools.date_utils import parse_date

#: How many values, and how many characters of a text, tell enough.
MAX_VALUES, MAX_TEXT = 10, 80
COLLECTIONS = (list, tuple, set, frozenset)


class CustomerGroup(models.Model):
    """Rules in words, for people who did not write them."""

    _inherit = "customer.group"

    # ------------------------------------------------------------
    # CONDITIONS
    # ------------------------------------------------------------

    def _describe_condition(self, model, condition, names):
        """Say what a condition asks for, in the language of the user.

        :param model: the model on whose records the condition is
        :param DomainCondition condition: the condition
        :param dict names: what :meth:`_get_value_names` returned
        :rtype: str
        """
        steps = self._get_steps(model, condition.field_expr)
        field = steps[-1][1]
        label = self._describe_path(steps, condition.field_expr)
        if condition.operator in ("any", "not any"):
            inner = self._describe_domain(
                self.env[field.comodel_name], Domain(condition.value), names
            )
            if condition.operator == "any":
                return self.env._(
                    "%(field)s: one of them with (%(conditions)s)",
                    field=label,
                    conditions=inner,
                )
            return self.env._(
                "%(field)s: none of them with (%(conditions)s)",
                field=label,
                conditions=inner,
            )
        words = self._describe_operator(field, condition)
        if "%s" in words:
            words %= self._describe_values(steps, condition, names)
        return f"{label} {words}"

    def _describe_domain(self, model, domain, names):
        """Say in one line what a domain asks for; takes the same arguments."""
        if domain.is_true():
            return self.env._("anything")
        if domain.is_false():
            return self.env._("never")
        connector = getattr(domain, "OPERATOR", "")
        if connector == "!":
            inner = self._describe_domain(model, ~domain, names)
            return self.env._("not (%s)", inner)
        if not connector:
            return self._describe_condition(model, domain, names)
        parts = [self._describe_domain(model, part, names) for part in domain.children]
        parts = [
            f"({text})" if getattr(part, "OPERATOR", "") in ("&", "|") else text
            for part, text in zip(domain.children, parts, strict=True)
        ]
        word = self.env._("and") if connector == "&" else self.env._("or")
        return f" {word} ".join(parts)

    @api.model
    def _describe_path(self, steps, path):
        """Return the labels of the fields on a path.

        What follows a field that is no relation names a part of its value.
        """
        labels = [
            field.get_description(self.env, ["string"]) for _model, field in steps
        ]
        rest = path.split(".")[len(steps) :]
        return " → ".join([label["string"] for label in labels] + rest)

    @api.model
    def _describe_operator(self, field, condition):
        """Return what a condition does with its value, for which ``%s`` stands."""
        operator, values = condition.operator, self._get_values(condition)
        negative = operator in Domain.NEGATIVE_OPERATORS
        equality = operator in ("=", "!=", "in", "not in")
        if equality and field.type == "boolean" and len(values) == 1:
            return f"= {self._format_value(field, bool(values[0]) != negative)}"
        if equality and len(values) == 1 and values[0] is False:
            return self.env._("is set") if negative else self.env._("is not set")
        if equality and field.type in ("one2many", "many2many"):
            return (
                self.env._("do not include %s")
                if negative
                else self.env._("include %s")
            )
        if self._is_prefix(condition):
            return (
                self.env._("does not start with %s")
                if negative
                else self.env._("starts with %s")
            )
        if field.type in ("date", "datetime"):
            words = {
                "<": self.env._("is before %s"),
                "<=": self.env._("is on or before %s"),
                ">": self.env._("is after %s"),
                ">=": self.env._("is on or after %s"),
            }
            if operator in words:
                return words[operator]
        words = {
            "<": self.env._("is less than %s"),
            "<=": self.env._("is at most %s"),
            ">": self.env._("is more than %s"),
            ">=": self.env._("is at least %s"),
            "ilike": self.env._("contains %s"),
            "not ilike": self.env._("does not contain %s"),
            "like": self.env._("contains exactly %s"),
            "not like": self.env._("does not contain exactly %s"),
            "=like": self.env._("looks like %s"),
            "not =like": self.env._("does not look like %s"),
            "=ilike": self.env._("looks like %s"),
            "not =ilike": self.env._("does not look like %s"),
            "child_of": self.env._("is %s or below"),
            "parent_of": self.env._("is %s or above"),
        }
        return words.get(operator) or (
            self.env._("is not %s") if negative else self.env._("is %s")
        )

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    @api.model
    def _get_value_names(self, model, domain):
        """Return the names of the records that a domain names, as far as visible.

        Takes a query or two for each model, however many conditions there are.

        :return: ``{model name: {id: display name}}``
        """
        ids = {}
        for inner_model, condition in self._iter_conditions(domain, model):
            field = self._get_steps(inner_model, condition.field_expr)[-1][1]
            if field.relational or field.name == "id":
                comodel = field.comodel_name or field.model_name
                ids.setdefault(comodel, set()).update(
                    value for value in self._get_values(condition) if type(value) is int
                )
        names = {}
        for comodel, values in ids.items():
            records = self.env[comodel].with_context(active_test=False)
            if values and records.has_access("read"):
                found = records.search([("id", "in", list(values))])
                names[comodel] = {record.id: record.display_name for record in found}
        return names

    def _describe_values(self, steps, condition, names):
        """Return the value of a condition as people know it."""
        field = steps[-1][1]
        values = self._get_values(condition)
        if not values:
            return self.env._("nothing")
        relation = field.comodel_name or (field.name == "id" and field.model_name)
        known = names.get(relation, {})
        of_part = len(condition.field_expr.split(".")) > len(steps)
        texts = []
        for value in values:
            if value is False:
                text = self.env._("nothing")
            elif of_part:
                text = str(value)
            elif relation and type(value) is int:
                text = known.get(value) or self.env._("what you cannot see")
            elif isinstance(value, str) and field.type in ("date", "datetime"):
                text = self._describe_date(value)
            elif isinstance(value, str) and field.type != "selection":
                text = f"“{value}”"
            else:
                text = self._format_value(field, value)
            texts.append(text)
        return self._join_texts(texts, f" {self.env._('or')} ")

    @api.model
    def _get_values(self, condition):
        """Return the values of a condition as a list, without the sign of a pattern."""
        values = condition.value
        values = list(values) if isinstance(values, COLLECTIONS) else [values]
        if self._is_prefix(condition):
            return [values[0][:-1]]
        return values

    @api.model
    def _is_prefix(self, condition):
        """Return whether a condition is what the editor calls “starts with”."""
        value = condition.value
        return (
            condition.operator in ("=ilike", "not =ilike")
            and isinstance(value, str)
            and value.find("%") == len(value) - 1
        )

    def _describe_date(self, text):
        """Return a date of a rule as it is today; the rule may count from now."""
        date = parse_date(text, self._get_rule_partners().env)
        formatted = self._format_date(date)
        return formatted if text[:1].isdigit() else f"{formatted} ({text})"

    @api.model
    def _format_date(self, date):
        if isinstance(date, datetime):
            return format_datetime(self.env, date, dt_format="short")
        return format_date(self.env, date)

    @api.model
    def _format_value(self, field, value):
        """Return a value of a field that is no relation as people know it."""
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "selection":
            selection = field.get_description(self.env, ["selection"])["selection"]
            return dict(selection).get(value, str(value))
        if field.type in ("date", "datetime"):
            return self._format_date(value)
        if field.type in ("integer", "float", "monetary"):
            digits = 0
            if value != int(value):
                digits = field.type == "float" and field.get_digits(self.env)
                digits = digits[1] if digits else 2
            return formatLang(self.env, value, digits=digits)
        if field.type == "html":
            value = html2plaintext(value)
        return str(value)

    @api.model
    def _join_texts(self, texts, separator):
        """Join texts, of which the first are enough."""
        more = len(texts) - MAX_VALUES
        texts = [
            text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
            for text in texts[:MAX_VALUES]
        ]
        if more > 0:
            texts.append(self.env._("%s more", formatLang(self.env, more, digits=0)))
        return separator.join(texts)
