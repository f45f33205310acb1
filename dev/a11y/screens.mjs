// The screens that axe-core looks at: address, steps that lead to what it is about, and the
// selector of that ("look"). Everything is found with the demo data.

const groups = "/odoo/customer-groups";
const contacts = "/odoo/contacts";
const contact = [["click", ".o_data_cell:text-is('Azure Interior')"]];
const field = ".o_field_widget[name='customer_group_ids']";
const row = (name) =>
    `.o_customer_group_row:has(.o_customer_group_name:text-is("${name}"))`;
const tab = (name) => ["click", `button[data-tab='${name}']`];
const tick = (i) => ["click", `.o_data_row >> nth=${i} >> .o_list_record_selector input`];
const menu = (text) => ["click", `.o-dropdown--menu .o_menu_item:has-text("${text}")`];
const actions = ["click", ".o_cp_action_menus button:has-text('Actions')"];
const cog = ["click", ".o_cp_action_menus button:has(.fa-cog)"];
const manager = ".o_customer_group_manager .o_content";
const openAll = ["click", ".o_customer_group_open_all"];
const series = "/odoo/follow-up-series";
const enrolments = "/odoo/contacts-in-series";
const welcome = ["click", ".o_data_cell:text-is('Welcome new trade customers')"];
const open = [openAll, ["click", row("Hospitality")]];

export const screens = [
    { name: "manager", url: groups, steps: open, look: manager },
    { name: "manager_phone", url: groups, steps: [openAll], look: manager, phone: true },
    { name: "manager_demo", url: groups, user: "demo", steps: open, look: manager },
    {
        name: "manager_found",
        url: groups,
        steps: [["fill", ".o_customer_group_find input", "hosp"]],
        look: manager,
    },
    {
        name: "manager_new",
        url: groups,
        steps: [["click", ".o_customer_group_new_subgroup"]],
        look: `${manager}:has(h2:text("New Customer Group"))`,
    },
    ...["members", "history", "changes"].map((name) => ({
        name: `manager_${name}`,
        url: groups,
        steps: [...open, tab(name)],
        look: `${manager}:has(.o_list_view)`,
    })),
    {
        name: "group_phone",
        url: groups,
        steps: [["click", row("Business customers")]],
        look: ".o_form_view .o_content",
        phone: true,
    },
    {
        name: "group_list",
        url: groups,
        steps: [["click", ".o_switch_view.o_list"]],
        look: ".o_list_view .o_content",
    },
    {
        name: "group_cards",
        url: groups,
        steps: [["click", ".o_switch_view.o_kanban"]],
        look: ".o_kanban_view .o_content",
    },
    {
        name: "merge",
        url: groups,
        steps: [
            ["click", ".o_switch_view.o_list"],
            tick(2),
            tick(3),
            actions,
            menu("Merge Groups"),
        ],
        look: ".modal-dialog:has([name='target_id'])",
    },
    {
        name: "contact",
        url: contacts,
        steps: contact,
        look: field,
    },
    {
        name: "contact_choose",
        url: contacts,
        steps: [...contact, ["fill", `${field} input`, "a"]],
        look: `${field}:has(.o-autocomplete--dropdown-item .o_customer_group_dot)`,
    },
    {
        name: "contact_plus",
        url: contacts,
        steps: [...contact, ["click", `${field} .o_customer_group_create`]],
        look: ".modal-dialog:has(.o_colorlist)",
    },
    {
        name: "contact_ask",
        url: contacts,
        user: "demo",
        steps: [
            ...contact,
            ["fill", `${field} input`, "Fair"],
            ["click", ".o-autocomplete--dropdown-item:has-text('Ask for a')"],
        ],
        look: ".modal-dialog:has([name='reason'])",
    },
    {
        name: "contacts_panel",
        url: contacts,
        steps: [["click", ".o_switch_view.o_list"]],
        look: ".o_search_panel",
    },
    {
        name: "bulk",
        url: contacts,
        steps: [
            ["click", ".o_switch_view.o_list"],
            tick(0),
            tick(1),
            actions,
            menu("Add to Groups"),
        ],
        look: ".modal-dialog:has([name='group_ids'])",
    },
    {
        name: "tags",
        url: "/odoo/action-base.action_partner_category_form",
        steps: [tick(0), actions, menu("Turn Tags into")],
        look: ".modal-dialog:has([name='parent_id'])",
    },
    {
        name: "import",
        url: "/odoo/action-customer_group.customer_group_import_action",
        look: ".o_content",
    },
    {
        name: "settings",
        url: "/odoo/settings",
        steps: [["click", ".settings_tab .tab[data-key='customer_group']"]],
        look: ".app_settings_block[data-key='customer_group']",
    },
    {
        name: "rule",
        url: groups,
        steps: [
            ...open,
            ["click", ".o_notebook .nav-link:has-text('Rule')"],
            ["click", ".o_field_widget[name='use_rule'] input"],
            ["click", ".o_field_widget[name='rule_domain'] a:has-text('New Rule')"],
        ],
        look: manager,
    },
    {
        name: "why",
        url: groups,
        steps: [
            ...open,
            ["click", `${manager} .o_cp_action_menus button:has(.fa-cog)`],
            menu("Why Is Somebody"),
            ["fill", ".modal [name='partner_id'] input", "Azure Interior"],
            ["click", ".o-autocomplete--dropdown-item a:has-text('Azure Interior') >> nth=0"],
        ],
        look: ".modal-dialog:has([name='explanation'])",
    },
    { name: "quality", url: "/odoo/customer-groups-quality", look: ".o_list_view .o_content" },
    { name: "journal", url: "/odoo/customer-group-changes", look: ".o_list_view .o_content" },
    {
        name: "journal_cards",
        url: "/odoo/customer-group-changes",
        steps: [["click", ".o_switch_view.o_kanban"]],
        look: ".o_kanban_view .o_content",
    },
    { name: "requests", url: "/odoo/customer-group-requests", look: ".o_action .o_content" },
    { name: "series", url: series, look: ".o_list_view .o_content" },
    {
        name: "series_cards",
        url: series,
        steps: [["click", ".o_switch_view.o_kanban"]],
        look: ".o_kanban_view .o_content",
    },
    { name: "series_form", url: series, steps: [welcome], look: ".o_form_view .o_content" },
    {
        name: "series_step",
        url: series,
        steps: [welcome, ["click", "button:has-text('Add a Step')"]],
        look: ".modal-dialog:has([name='delay_value'])",
    },
    {
        name: "series_test",
        url: series,
        steps: [welcome, ["click", "button[name='action_test']"]],
        look: ".modal-dialog:has([name='preview'])",
    },
    {
        name: "series_started",
        url: series,
        steps: [welcome, ["click", "button[name='action_start']"]],
        look: ".o_form_view:has(button[name='action_pause']) .o_content",
    },
    // What follows finds the series running.
    {
        name: "series_phone",
        url: series,
        steps: [["click", ".o_kanban_record"]],
        look: ".o_form_view .o_content",
        phone: true,
    },
    {
        name: "series_demo",
        url: series,
        user: "demo",
        steps: [welcome],
        look: ".o_form_view .o_content",
    },
    {
        name: "series_bulk",
        url: contacts,
        steps: [
            ["click", ".o_switch_view.o_list"],
            tick(0),
            actions,
            menu("Add to Groups"),
            ["fill", ".modal [name='group_ids'] input", "new customers"],
            ["click", ".o-autocomplete--dropdown-item a:has-text('New customers')"],
            ["check", ".modal [name='start_series'] input"],
            ["click", ".modal button[name='action_apply']"],
        ],
        look: ".modal-dialog:has([name='added'])",
    },
    { name: "enrolments", url: enrolments, look: ".o_list_view .o_content:has(.o_data_row)" },
    {
        name: "enrolments_phone",
        url: enrolments,
        look: ".o_kanban_view .o_content",
        phone: true,
    },
    {
        name: "enrolment",
        url: enrolments,
        steps: [["click", ".o_data_cell[name='date_start']"]],
        look: ".o_form_view .o_content",
    },
    {
        name: "group_starts",
        url: groups,
        steps: [
            ["fill", ".o_customer_group_find input", "new cust"],
            ["click", row("New customers")],
        ],
        look: `${manager}:has([name='join_sequence_ids'])`,
    },
];
