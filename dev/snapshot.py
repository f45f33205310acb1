"""Print what an add-on can leave behind in a database, a line each; for odoo shell."""

QUERIES = [
    "SELECT 'column', table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "SELECT 'index', tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT 'constraint', conrelid::regclass::text, conname FROM pg_constraint",
    "SELECT 'function', proname FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "SELECT 'xml id', module, name FROM ir_model_data WHERE module != '__export__'",
    "SELECT 'parameter', key FROM ir_config_parameter",
    "SELECT 'default', field_id FROM ir_default",
    "SELECT 'attachment', url FROM ir_attachment WHERE url LIKE '%customer_group%'",
    "SELECT 'role', h.name->>'en_US', g.name->>'en_US' FROM res_groups_implied_rel i"
    " JOIN res_groups g ON g.id = i.gid JOIN res_groups h ON h.id = i.hid",
    *(
        f"SELECT '{table}', id FROM {table}"
        for table in (
            "ir_model",
            "ir_model_fields",
            "ir_model_access",
            "ir_rule",
            "ir_ui_view",
            "ir_ui_menu",
            "ir_cron",
            "ir_actions",
            "mail_message_subtype",
            "res_groups",
            "res_groups_privilege",
            "res_partner",
        )
    ),
]

lines = set()
for query in QUERIES:
    env.cr.execute(query)  # noqa: F821 env is given by the shell
    lines.update(" ".join(map(str, row)) for row in env.cr.fetchall())  # noqa: F821
print(*sorted(lines), sep="\n")
