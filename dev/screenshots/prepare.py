"""Gives the demo data a past, a wish and other things that the pictures show."""

# ruff: noqa: F821 (a script for "odoo shell", which has env)


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
