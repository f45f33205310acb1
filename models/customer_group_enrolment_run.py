# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_datetime

from .customer_group_operation import CHANGE_KEY, Change
from .customer_group_sequence_time import get_due

_logger = logging.getLogger(__name__)


class CustomerGroupEnrolment(models.Model):
    """Doing what the next step says, for each contact independently of the others."""

    _inherit = "customer.group.enrolment"

    #: How often a step that fails is tried.
    _max_attempts = 5

    def _run(self):
        """Do the next step, or say why the series ends here.

        :return: whether an e-mail was put into the queue
        """
        self.ensure_one()
        enrolment = self._as_responsible()
        step = enrolment._find_step()
        if not step:
            enrolment._finish()
            return False
        reason = enrolment._get_stop_reason()
        if reason:
            enrolment._stop(reason)
            return False
        if enrolment._wait_for_hours():
            return False
        late = enrolment._get_lateness()
        if late:
            enrolment._advance(step, {"state": "skipped", "error": late})
            return False
        try:
            with self.env.cr.savepoint():
                values = step._run(enrolment)
                enrolment._advance(step, values)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # whatever a template or a server action raises
            _logger.info("A step fails for enrollment %s", self.id, exc_info=True)
            enrolment._postpone(error)
            return False
        return step.action == "email"

    def _as_responsible(self):
        """Return the enrollment in the name and language of the responsible."""
        # sudo: the job may do what managers have put into the series.
        sequence = self.sequence_id
        user = sequence.user_id
        enrolment = self.with_user(user).sudo().with_context(lang=user.lang)
        return enrolment.with_company(sequence.company_id or user.company_id)

    def _find_step(self):
        """Return the next step; another one when steps were changed meanwhile."""
        step = self.next_step_id
        if not step.active:
            step = self._get_following(step)
            self.next_step_id = step
        return step

    def _get_following(self, step):
        """Return what comes next by order, and was not done before.

        :param step: the present one; when empty, the last one that was done
        """
        done = self.trace_ids.step_id
        step = step or done.sorted(lambda s: (s.sequence, s.id))[-1:]
        return (self.sequence_id.step_ids - done).filtered(
            lambda s: not step or (s.sequence, s.id) > (step.sequence, step.id)
        )[:1]

    def _wait_for_hours(self):
        """Wait until the hours of the series begin.

        :return: whether it has to
        """
        now = fields.Datetime.now()
        sequence = self.sequence_id
        hours = sequence._get_hours()
        if hours.is_always:
            return False
        opening = hours.get_opening(now, sequence._get_timezone(self.partner_id))
        if opening > now:
            self.next_run = opening
        return opening > now

    def _get_lateness(self):
        """Say by how much the step is too late to be done, or nothing."""
        days = self.sequence_id.max_delay_days
        if days and self.next_run < fields.Datetime.now() - timedelta(days=days):
            return self.env._(
                "Was due on %(date)s, more than %(days)s days before.",
                date=format_datetime(self.env, self.next_run),
                days=days,
            )
        return ""

    def _advance(self, step, values):
        """Note what came of a step, and when the next one is due."""
        now = fields.Datetime.now()
        self.env["customer.group.enrolment.trace"].create(
            {"enrolment_id": self.id, "step_id": step.id, "date": now, **values}
        )
        following = self._get_following(step)
        if following:
            self.write(
                {
                    "next_step_id": following.id,
                    "next_run": self._get_next_run(following, now),
                    "attempts": 0,
                    "last_error": False,
                }
            )
        else:
            self._finish()

    def _get_next_run(self, step, start):
        """Return when a step is due.

        :param datetime start: from when on to wait
        """
        sequence = self.sequence_id
        return get_due(
            start,
            step.delay_value,
            step.delay_unit,
            sequence._get_timezone(self.partner_id),
            sequence._get_hours(),
        )

    def _finish(self):
        self.write(
            {
                "state": "done",
                "next_step_id": False,
                "next_run": False,
                "attempts": 0,
                "last_error": False,
                "date_end": fields.Datetime.now(),
            }
        )

    def _postpone(self, error):
        """Try again later, and give up after some times."""
        now = fields.Datetime.now()
        for enrolment in self:
            attempts = enrolment.attempts + 1
            text = str(error).strip() or type(error).__name__
            values = {"attempts": attempts, "last_error": text[:500]}
            if attempts < self._max_attempts:
                values["next_run"] = now + timedelta(minutes=2**attempts)
            else:
                values |= {"state": "error", "next_run": False, "date_end": now}
            enrolment.write(values)
            if enrolment.state == "error":
                enrolment.sequence_id._tell_of_error(enrolment)


class CustomerGroupSequenceStep(models.Model):
    """What each kind of step does."""

    _inherit = "customer.group.sequence.step"

    def _run(self, enrolment):
        """Do the step for a contact.

        :param enrolment: who is in the series, and since when
        :return: values of the trace
        :rtype: dict
        :raise UserError: when the step cannot be done as it is
        """
        obstacle = self._get_obstacle()
        if obstacle:
            raise UserError(obstacle)
        return getattr(self, f"_run_{self.action}")(enrolment)

    def _run_email(self, enrolment):
        """Put an e-mail into Odoo's queue, in the same transaction as the trace."""
        partner = enrolment.partner_id
        mail = self.template_id.send_mail_batch(
            partner.ids, email_values=self._get_mail_values(enrolment)
        )
        return {
            "state": "queued",
            "mail_mail_id": mail.id,
            "message_id": mail.message_id,
            "email": partner.email_normalized,
        }

    def _get_mail_values(self, enrolment):
        """Return what the e-mail has that its template does not say.

        :return: values of ``mail.mail``
        :rtype: dict
        """
        return {"auto_delete": False, "recipient_ids": [(4, enrolment.partner_id.id)]}

    def _run_activity(self, enrolment):
        partner = enrolment.partner_id
        # Quick: with many contacts, nobody wants a message for each.
        partner.with_context(mail_activity_quick_update=True).activity_schedule(
            activity_type_id=self.activity_type_id.id,
            summary=self.activity_summary,
            user_id=self._get_activity_user(partner).id,
        )
        return {"state": "done"}

    def _get_activity_user(self, partner):
        """Return who is to do the activity.

        :raise UserError: when none of those that come into question works here any more
        """
        responsible = self.sequence_id.user_id
        for user in (self.activity_user_id, partner.user_id, responsible):
            if user.active:
                return user
        raise UserError(
            self.env._(
                "%s is archived. Choose another responsible for the series, or say to"
                " whom the activity is assigned.",
                responsible.name,
            )
        )

    def _run_add(self, enrolment):
        self._change_group(enrolment, "add")
        return {"state": "done"}

    def _run_remove(self, enrolment):
        self._change_group(enrolment, "remove")
        return {"state": "done"}

    def _change_group(self, enrolment, kind):
        pair = SQL(
            "SELECT %s AS partner_id, %s AS group_id",
            enrolment.partner_id.id,
            self.target_group_id.id,
        )
        pairs = (pair, None) if kind == "add" else (None, pair)
        self.env["customer.group"]._change_members(
            *pairs, self._get_change(enrolment, kind)
        )

    def _get_change(self, enrolment, kind="edit"):
        """Return how the journal enters what the step does to groups.

        :rtype: Change
        """
        return Change(
            kind,
            "automation",
            self.sequence_id.name,
            start_series=False,
            enrolment_id=enrolment.id,
        )

    def _run_code(self, enrolment):
        """Run a server action with the rights of the responsible, and no others."""
        partner = enrolment.partner_id
        user = self.sequence_id.user_id
        if not user.active:
            raise UserError(
                self.env._(
                    "%s is archived, with whose rights the server action runs. Choose"
                    " another responsible for the series.",
                    user.name,
                )
            )
        context = {
            "active_model": partner._name,
            "active_id": partner.id,
            "active_ids": partner.ids,
            CHANGE_KEY: self._get_change(enrolment),
        }
        self.server_action_id.with_user(user).with_context(**context).run()
        return {"state": "done"}
