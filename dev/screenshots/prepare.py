"""Gives the demo data a past, a wish and other things that the pictures show."""

# ruff: noqa: F821 (a script for "odoo shell", which has env)

from datetime import datetime


def ref(name):
    return env.ref(f"customer_group.customer_group_demo_{name}")


def act(user, method, group, partners, reason):
    groups = ref(group).with_user(user)
    getattr(groups, method)([partner.id for partner in partners], None, reason)


# Odoo's own hints and the count of unread messages belong to nobody's manual.
env["res.users"].search([]).tour_enabled = False
env["mail.notification"].search([]).is_read = True
env["mail.activity"].search([]).unlink()

demo = env.ref("base.user_demo")
admin = env.ref("base.user_admin")
people = env["res.partner"].search([("is_company", "=", False)], order="name")
companies = env["res.partner"].search([("is_company", "=", True)], order="name")

# What the demo data did happened some months ago, the rest in the weeks after.
act(admin, "add_members", "event_trade_fair", people[:12], "Visitors of our stand")
act(demo, "add_members", "catalogue", companies[:8], "Wish of the sales team")
act(demo, "remove_members", "newsletter_home", people[2:9], "Unsubscribed")
act(admin, "add_members", "newsletter_trade", people[4:9], "Signed up at the fair")
act(demo, "remove_members", "event_trade_fair", people[2:5], "Did not come after all")
act(demo, "add_members", "families", people[6:9], "Survey among our customers")
env.cr.execute(
    """
    UPDATE customer_group_operation operation
       SET date = date - LEAST(later.n, 7) * interval '13 days'
      FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n
              FROM customer_group_operation) later
     WHERE later.id = operation.id;
    UPDATE customer_group_membership SET date_start = start.date
      FROM customer_group_operation start WHERE start.id = start_operation_id;
    UPDATE customer_group_membership SET date_end = stop.date
      FROM customer_group_operation stop WHERE stop.id = end_operation_id
    """
)

rule = [
    ("is_company", "=", True),
    "|",
    ("country_id", "in", (env.ref("base.us") + env.ref("base.be")).ids),
    ("city", "=ilike", "New%"),
    "!",
    ("category_id.name", "ilike", "vendor"),
    "&",
    ("create_date", ">=", "today =1m =1d"),
    ("create_date", "<", "today +1d"),
]
ref("buying_regular").write({"use_rule": True, "rule_domain": repr(rule)})
ref("buying_regular")._run_rule()

env["customer.group.request"].with_user(demo).create(
    {
        "name": "Garden furniture",
        "reason": "For the catalog of next spring",
        "parent_id": ref("interests").id,
        "partner_ids": [(6, 0, ref("contact_hanna_vogel").ids)],
    }
)

# A series in its second month. Nothing is sent: the server that is looked at runs no
# jobs.
series = ref("sequence_welcome")
office_hours = {
    name: series[name] for name in ("window_from", "window_to", "weekdays_only")
}
series.write({"window_from": 0, "window_to": 24, "weekdays_only": False})
(series + ref("sequence_win_back")).action_start()
newcomers = env["res.partner"].search(
    [
        ("email", "!=", False),
        ("user_ids", "=", False),
        ("customer_group_ids", "not in", ref("new_customers").ids),
    ],
    order="name",
    limit=17,
)
newcomers = newcomers.with_user(demo)
newcomers.write({"customer_group_ids": [(4, ref("new_customers").id)]})
enrolments = env["customer.group.enrolment"].search([], order="id desc")
for number, enrolment in enumerate(enrolments):
    for _step in range(1 + (number > 0) + 2 * (number > 10)):
        enrolment.next_run = datetime.now()
        enrolment._run()
env.flush_all()
env.cr.execute(
    """
    UPDATE customer_group_enrolment_trace t
       SET date = t.date - ago.days * interval '1 day' + later.days * interval '1 day',
           state = CASE state WHEN 'queued' THEN 'sent' ELSE state END,
           sent_date = t.date - ago.days * interval '1 day'
                     + later.days * interval '1 day' + interval '20 seconds'
      FROM (SELECT id, row_number() OVER (ORDER BY id DESC) * 2.6 AS days
              FROM customer_group_enrolment) ago,
           (SELECT id, (ARRAY[0, 3, 31, 31])[row_number() OVER (ORDER BY sequence)]
                       AS days
              FROM customer_group_sequence_step WHERE sequence_id = %(series)s) later
     WHERE ago.id = t.enrolment_id AND later.id = t.step_id;
    UPDATE customer_group_enrolment e
       SET date_start = date_start - ago.days * interval '1 day',
           next_run = next_run - ago.days * interval '1 day'
                    + (next_run > now() + interval '7 day')::int * interval '3 day'
      FROM (SELECT id, row_number() OVER (ORDER BY id DESC) * 2.6 AS days
              FROM customer_group_enrolment) ago
     WHERE ago.id = e.id
    """,
    {"series": series.id},
)
env.invalidate_all()
series.write(office_hours)
mails = series.step_ids[0].trace_ids
mails[3].replied_at = mails[3].sent_date
mails[8].replied_at = mails[8].sent_date
enrolments[3]._stop("replied")
enrolments[6]._stop("goal")
enrolments[5].with_user(demo).action_stop()
mails[7].write({"state": "failed", "error": "550 5.1.1 There is no such mailbox"})
enrolments[7]._stop("undeliverable")
env["customer.group.optout"].create(
    {"partner_id": newcomers[4].id, "group_id": ref("newsletter").id}
)

# The page behind the link below an e-mail, which no user of Odoo sees.
series.unsubscribe_label = "Tips for new customers"
[enrolment] = enrolments.filtered(lambda e: e.partner_id == ref("contact_hanna_vogel"))
link = env["ir.actions.act_url"].create(
    {
        "name": "Unsubscribe",
        "url": "/customer" + enrolment._get_unsubscribe_url().partition("/customer")[2],
        "target": "self",
    }
)
env["ir.model.data"].create(
    {
        "module": "customer_group",
        "name": "screenshot_unsubscribe",
        "model": link._name,
        "res_id": link.id,
    }
)

# English from right to left, for mirrored screens that everybody can read.
env["res.lang"].create(
    {
        "name": "English (IL)",
        "code": "en_IL",
        "iso_code": "en_IL",
        "direction": "rtl",
        "active": True,
    }
)
rights = "base.group_partner_manager", "customer_group.group_manager"
env["res.users"].create(
    {
        "name": "Layla Haddad",
        "login": "rtl",
        "password": "rtl",
        "lang": "en_IL",
        "group_ids": [(4, env.ref(right).id) for right in rights],
    }
).tour_enabled = False
env["customer.group.stat"]._cron_fill()
env.cr.commit()
