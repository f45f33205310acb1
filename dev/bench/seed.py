"""Fill a database with contacts, groups and memberships, and the same as Odoo's tags.

Plain SQL, and no random(): everything follows from ``u(number, salt)``, a hash scaled
to 0..1, so that every database of the same scale holds the same data.
"""

from hashlib import sha1

from psycopg2.extras import execute_values

#: Contacts, groups and tags get the ids from here on.
FIRST_ID = 1000
#: Groups per level of the tree.
LEVELS = (12, 60, 250, 500, 600, 578)
CONTACTS, MEMBERSHIPS = 1_000_000, 3_000_000

USER = "bench"

FUNCTIONS = """
CREATE FUNCTION pg_temp.u(number bigint, salt bigint) RETURNS float8 IMMUTABLE
    PARALLEL SAFE LANGUAGE sql AS
    'SELECT (hashint8extended($1, $2) & 1073741823)::float8 / 1073741824';
CREATE FUNCTION pg_temp.word(number bigint, salt bigint) RETURNS text IMMUTABLE
    LANGUAGE sql AS $$
    SELECT (ARRAY['Alder','Birch','Cedar','Dahlia','Elm','Fern','Gorse','Hazel','Iris',
        'Juniper','Kelp','Larch','Maple','Nettle','Oak','Pine','Quince','Rowan','Sage',
        'Thyme','Umber','Violet','Willow','Xenia','Yarrow','Zinnia','Abel','Basil',
        'Clover','Dogwood','Elder','Fig'])[1 + floor(32 * pg_temp.u(number, salt))] $$;
"""

# A fifth are companies (every fifth number); of the persons 55 % belong to one, some
# companies having many. The three most frequent countries have half of the contacts.
PARTNERS = """
INSERT INTO res_partner (id, create_uid, write_uid, create_date, write_date, is_company,
        parent_id, commercial_partner_id, type, name, complete_name,
        commercial_company_name, active, lang, country_id, city, zip, street, email,
        email_normalized, phone, phone_sanitized, vat, ref, function, partner_share,
        color, user_id)
SELECT id, 1, 1, date, date, company, parent, COALESCE(parent, id), type, name,
       concat_ws(', ', parent_name, name), COALESCE(parent_name, company_name),
       pg_temp.u(i, 1) < 0.97, 'en_US', country,
       CASE WHEN pg_temp.u(i, 2) < 0.85
            THEN pg_temp.word(floor(600 * pg_temp.u(i, 3))::int, 4) || 'ville' END,
       lpad(floor(1e5 * pg_temp.u(i, 5))::text, 5, '0'),
       floor(1 + 200 * pg_temp.u(i, 6)) || ' Main Street', email, email, phone, phone,
       CASE WHEN company AND pg_temp.u(i, 7) < 0.6 THEN 'VAT' || i END,
       CASE WHEN pg_temp.u(i, 8) < 0.3 THEN 'C' || i END,
       CASE WHEN NOT company AND pg_temp.u(i, 9) < 0.4 THEN pg_temp.word(i, 10) END,
       TRUE, 0, CASE WHEN pg_temp.u(i, 11) < 0.1 THEN 2 END
  FROM (
    SELECT *, CASE WHEN company THEN name END AS company_name,
           CASE WHEN pg_temp.u(i, 12) < 0.74
                THEN 'c' || i || '@example.com' END AS email,
           CASE WHEN pg_temp.u(i, 13) < 0.7
                THEN '+1555' || lpad(i::text, 7, '0') END AS phone,
           timestamp '2021-01-01' + interval '5 years' * sqrt(pg_temp.u(i, 14)) AS date
      FROM (
        SELECT i, i + %(first)s AS id, company, country, type,
               parent + %(first)s AS parent,
               CASE WHEN parent IS NOT NULL THEN pg_temp.word(parent, 15) || ' '
                    || pg_temp.word(parent, 16) || ' ' || parent END AS parent_name,
               CASE WHEN type = 'contact' OR pg_temp.u(i, 17) < 0.5
                    THEN pg_temp.word(i, 15) || ' ' || pg_temp.word(i, 16) || ' ' || i
               END AS name
          FROM (
            SELECT *, CASE WHEN parent IS NULL OR pg_temp.u(i, 18) < 0.84
                           THEN 'contact' ELSE 'other' END AS type
              FROM (
                SELECT i, i %% 5 = 0 AS company,
                       CASE WHEN i %% 5 > 0 AND pg_temp.u(i, 19) < 0.55
                            THEN 5 + 5 * floor(pg_temp.u(i, 20) ^ 3
                                               * (%(contacts)s / 5 - 1))::int
                       END AS parent,
                       CASE WHEN pg_temp.u(i, 21) < 0.94
                            THEN countries.ids[floor(31 ^ pg_temp.u(i, 22))::int] END
                           AS country
                  FROM generate_series(1, %(contacts)s) i,
                       (SELECT array_agg(id ORDER BY id) AS ids FROM res_country)
                       countries
              ) a
          ) b
      ) c
  ) d
"""

# The size of a group falls with its rank (Zipf). Some contacts are in many groups, 30 %
# in none. Inserted in the order of a hash, as if over years.
MEMBERS = """
CREATE TEMP TABLE eligible AS
    SELECT id, row_number() OVER (ORDER BY pg_temp.u(id, 51)) AS number
      FROM res_partner WHERE id > %(first)s AND pg_temp.u(id, 52) < 0.7;
CREATE UNIQUE INDEX ON eligible (number);
ANALYZE eligible;
CREATE TEMP TABLE member AS
SELECT DISTINCT e.id AS partner_id, s.group_id
  FROM (SELECT group_id, count, -- more draws, as some hit the same contact twice
               (-1.1 * count * ln(1 - LEAST(size / count, 0.9))
                / LEAST(size / count, 0.9) * size / count)::int AS draws
          FROM (SELECT id AS group_id, (SELECT count(*) FROM eligible)::float8 AS count,
                       %(memberships)s / 8.18
                       / row_number() OVER (ORDER BY pg_temp.u(id, 53)) AS size
                  FROM customer_group WHERE id > %(first)s) sizes) s
 CROSS JOIN LATERAL generate_series(1, s.draws) n
  JOIN eligible e
    ON e.number = 1 + floor(s.count * pg_temp.u(n, s.group_id) ^ 1.3)::int;
INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
    SELECT partner_id, group_id FROM member
  ORDER BY hashint8extended(partner_id, group_id) LIMIT %(memberships)s;
INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
    SELECT partner_id, group_id FROM customer_group_res_partner_rel
  ORDER BY hashint8extended(partner_id, group_id);
"""

# As if each group had been filled by one import.
LEDGER = """
INSERT INTO customer_group_operation (id, kind, source, user_id, date, added)
    SELECT group_id, 'add', 'import', 1,
           timestamp '2026-01-01' + interval '9 months' * pg_temp.u(group_id, 54),
           count(*)
      FROM customer_group_res_partner_rel GROUP BY group_id;
INSERT INTO customer_group_membership
        (partner_id, group_id, date_start, start_operation_id)
    SELECT r.partner_id, r.group_id, o.date, o.id
      FROM customer_group_res_partner_rel r
      JOIN customer_group_operation o ON o.id = r.group_id
  ORDER BY hashint8extended(r.partner_id, r.group_id);
"""

SEQUENCES = """
SELECT setval('res_partner_id_seq', (SELECT max(id) FROM res_partner)),
       setval('customer_group_id_seq', (SELECT max(id) FROM customer_group)),
       setval('customer_group_operation_id_seq',
              (SELECT max(id) FROM customer_group_operation)),
       setval('res_partner_category_id_seq', (SELECT max(id) FROM res_partner_category))
"""


def u(number, salt):
    """Return a number from 0 to 1 that follows from the two given."""
    return int.from_bytes(sha1(f"{number} {salt}".encode()).digest()[:6]) / 2**48


def make_tree():
    """Return rows (id, parent id, path, name, color, active), main groups first.

    The parents of a level are taken from the one above with skew, so that subtrees are
    of very different sizes. Some leaves are archived, some names contain "Abcde".
    """
    paths, above, rows, start = {}, [], [], FIRST_ID + 1
    for size in LEVELS:
        level = range(start, start + size)
        for id_ in level:
            parent = above[int(len(above) * u(id_, 1) ** 2)] if above else None
            paths[id_] = f"{paths.get(parent, '')}{id_}/"
            name = "Abcde" if u(id_, 2) < 0.05 else "Group"
            active = size != LEVELS[-1] or u(id_, 3) < 0.93
            color = 1 + int(11 * u(id_, 4))
            rows.append((id_, parent, paths[id_], f"{name} {id_}", color, active))
        above, start = level, start + size
    return rows


def insert_tree(env):
    rows = make_tree()
    for table, columns in (
        ("customer_group", "sequence, assign_policy"),
        ("res_partner_category", "create_uid, write_uid"),
    ):
        values = "10, 'all'" if table == "customer_group" else "1, 1"
        execute_values(
            env.cr._obj,
            f"""INSERT INTO {table} (id, parent_id, parent_path, name, color, active,
                                     {columns}) VALUES %s""",
            rows,
            template=f"""(%s, %s, %s, jsonb_build_object('en_US', %s), %s, %s,
                          {values})""",
        )
    groups = env["customer.group"].browse(row[0] for row in rows)
    for name in ("name_key", "sort_key"):
        env.add_to_compute(groups._fields[name], groups)
    env.flush_all()


def seed(env, scale):
    """Fill the database and commit."""
    values = {
        "first": FIRST_ID,
        "contacts": int(CONTACTS * scale),
        "memberships": int(MEMBERSHIPS * scale),
    }
    # Demo data, which would be in one of the two only.
    for model in ("customer.group", "res.partner.category"):
        env[model].with_context(active_test=False).search([]).unlink()
    env.cr.execute(
        # Without the checks of foreign keys, if we may: they take longer than the rest.
        """SELECT set_config('session_replication_role', 'replica', TRUE)
             FROM pg_roles WHERE rolname = current_user AND rolsuper"""
    )
    env.cr.execute(FUNCTIONS)
    env.cr.execute(PARTNERS, values)
    insert_tree(env)
    env.cr.execute(MEMBERS, values)
    env.cr.execute(LEDGER)
    env.cr.execute(SEQUENCES)
    rights = (
        "base.group_partner_manager",
        "base.group_allow_export",
        "customer_group.group_manager",
    )
    env["res.users"].create(
        {
            "name": "Benchmark",
            "login": USER,
            "group_ids": [env.ref(right).id for right in rights],
        }
    )
    env.cr.commit()


def vacuum(env):
    """Give the planner its statistics, and forget what rolled back writes left."""
    connection = env.cr._cnx
    connection.commit()
    connection.autocommit = True
    try:
        for table in (
            "res_partner",
            "customer_group",
            "res_partner_category",
            "customer_group_res_partner_rel",
            "customer_group_operation",
            "customer_group_membership",
            "res_partner_res_partner_category_rel",
        ):
            env.cr.execute(f"VACUUM ANALYZE {table}")
    finally:
        connection.autocommit = False
