// The pictures of the manual. Each has a name, the size of the window, an address and the
// steps that lead to what it shows; {module.name} in an address is the id of a record.
// Defaults: user "admin", folder "docs/images", addon "customer_group" (a glue add-on is
// installed before its pictures are taken). The steps are explained by shoot.mjs.

const broad = { width: 1500, height: 800 };
const wide = { width: 1300, height: 760 };
const low = { width: 1300, height: 560 };
const long = { width: 1500, height: 560 };
const phone = { width: 390, height: 760 };
const description = { folder: "static/description" };

const demo = "customer_group.customer_group_demo";
const groups = "/odoo/customer-groups";
const group = (name) => `${groups}/{${demo}_${name}}`;
const contact = (name) => `/odoo/contacts/{${demo}_contact_${name}}`;

const field = ".o_field_widget[name='customer_group_ids']";
const input = (name) => `.modal .o_field_widget[name='${name}'] :is(input, textarea)`;
const row = (name) =>
    `.o_customer_group_row:has(.o_customer_group_name:text-is("${name}"))`;
const unfold = (name) => ["click", `${row(name)} .o_customer_group_toggle`];
const tick = (name) => [
    "click",
    `.o_data_row:has-text("${name}") .o_list_record_selector input`,
];
const list = ["click", ".o_switch_view.o_list"];
const menu = (text) => [
    ["click", ".o_control_panel .o_cp_action_menus button:has(.fa-cog)"],
    ["choose", text],
];
const more = ["click", "button:has(.fa-bolt)"]; // on phones
const view = (name) => [
    ["click", ".o_cp_switch_buttons button"], // on phones
    ["choose", name],
];
const panel = (name) => [
    "click",
    `.o_search_panel_label:has(span:text-is("${name}")) .o_search_panel_label_title`,
];

const tree = [
    unfold("Business customers"),
    unfold("Industry"),
    ["click", row("Hospitality")],
];
const assign = [
    ...["Acme Corporation", "Azure Interior", "Gemini Furniture"].map(tick),
    ["click", ".o_cp_action_menus button:has-text('Actions')"],
    ["choose", "Add to Groups"],
    ["fill", input("group_ids"), "trade fair"],
    ["choose", "Trade fair"],
    ["fill", input("reason"), "Visitors of our stand"],
];
const unsubscribe = "/odoo/action-{customer_group.screenshot_unsubscribe}";
const asked = [["see", "button[value=group]"]];
const hold = ["Acme Corporation", "Addison Olson", "Douglas Fletcher"].map((name) => [
    "hold",
    `.o_kanban_record:has-text("${name}")`,
]);
const rulePage = [["click", ".o_notebook .nav-link:has-text('Rule')"]];
const why = [
    ...rulePage,
    ["click", ".o_form_view button:has-text('Why Is Somebody In?')"],
    ["fill", input("partner_id"), "Gemini Furniture"],
    ["choose", "Gemini Furniture"],
];
const merge = [
    ["fill", input("group_ids"), "families"],
    ["choose", "Families"],
];
const picker = ".modal:has(.o_select_button)";
const pickOnPhone = (name) => [
    ["click", input("group_ids")],
    ["click", `${picker} button:has(:is(.oi-search, .fa-search))`],
    ["fill", `${picker} .o_searchview_input`, name],
    ["press", "Enter"],
    ["click", `${picker} .o_kanban_record:has-text("${name}")`],
];
const plus = [
    ["click", `${field} .o_customer_group_create`],
    ["fill", input("name"), "Balcony owners"],
    ["fill", input("parent_id"), "interests"],
    ["choose", "Private customers / Interests"],
    ["click", ".modal .o_colorlist_item_color_4"],
    ["fill", input("description"), "Has a balcony and buys for it"],
];
const ask = [
    ["type", `${field} input`, "Balcony owners"],
    ["choose", "Ask for a Group"],
    ["fill", input("reason"), "For the catalog of next spring"],
];
const askOnPhone = [
    ["click", `${field} .o_customer_group_ask`],
    ["fill", input("name"), "Balcony owners"],
    ask.at(-1),
];
const history = [["click", ".oe_stat_button:has-text('History')"]];
const series = `/odoo/follow-up-series/{${demo}_sequence_welcome}`;
const timeline = ".o_customer_group_timeline";
const addStep = "button:has-text('Add a Step')";
const enrolment = [
    [
        "click",
        ".o_data_row:has-text('Running') [name='why'], .o_kanban_record:has-text('Running')",
    ],
];

export const shots = [
    // Groups
    { name: "groups", ...wide, url: groups, steps: tree },
    { name: "phone_groups", ...phone, url: groups, steps: tree.slice(0, 2) },
    {
        name: "group_members",
        ...wide,
        url: groups,
        steps: [["click", row("Private customers")], ["click", "[data-tab='members']"]],
    },
    { name: "groups_list", ...low, url: groups, steps: [list] },
    { name: "groups_cards", ...low, url: groups, steps: [["click", ".o_switch_view.o_kanban"]] },
    { name: "group_form", ...description, ...wide, url: group("b2c") },
    { name: "phone_group", ...phone, url: group("b2c") },
    {
        name: "merge",
        ...wide,
        url: groups,
        steps: [
            list,
            ["fill", ".o_searchview_input", "first home"],
            ["press", "Enter"],
            tick("First home"),
            ["click", ".o_cp_action_menus button:has-text('Actions')"],
            ["choose", "Merge Groups"],
            ...merge,
        ],
    },
    { name: "phone_groups_list", ...phone, url: groups, steps: view("List") },
    { name: "phone_groups_cards", ...phone, url: groups, steps: view("Kanban") },
    { name: "rtl_groups", ...wide, user: "rtl", url: groups, steps: tree },
    { name: "phone_rtl_groups", ...phone, user: "rtl", url: groups, steps: tree.slice(0, 2) },
    { name: "rtl_contacts", ...wide, user: "rtl", url: "/odoo/contacts", steps: [list] },
    {
        name: "phone_rtl_contact",
        ...phone,
        user: "rtl",
        url: contact("hotel_seeblick"),
        steps: [["show", field]],
    },
    { name: "phone_delete", ...phone, url: group("dormant"), steps: menu("Delete") },
    {
        name: "delete",
        ...low,
        url: group("dormant"),
        steps: menu("Delete"),
    },
    {
        name: "phone_merge",
        ...phone,
        url: group("first_home"),
        steps: [...menu("Merge Groups"), ...pickOnPhone("Families")],
    },

    // The page in the list of apps has pictures in its own folder only.
    { name: "manager", ...description, ...wide, url: groups, steps: tree },
    {
        name: "bulk",
        ...description,
        ...wide,
        url: "/odoo/contacts",
        steps: [list, ...assign],
    },
    { name: "past", ...description, ...long, url: group("event_trade_fair"), steps: history },
    { name: "phone", ...description, ...phone, url: "/odoo/contacts", steps: [] },

    // Contacts
    { name: "contacts", ...description, ...broad, url: "/odoo/contacts", steps: [list] },
    { name: "phone_contacts", ...phone, url: "/odoo/contacts" },
    { name: "contact_form", ...wide, url: contact("hotel_seeblick"), steps: [["show", field]] },
    { name: "phone_contact", ...phone, url: contact("hotel_seeblick"), steps: [["show", field]] },
    { name: "plus", ...wide, url: contact("hanna_vogel"), steps: plus },
    { name: "phone_plus", ...phone, url: contact("hanna_vogel"), steps: plus.slice(0, 2) },
    { name: "request", ...wide, user: "demo", url: contact("hanna_vogel"), steps: ask },
    { name: "phone_request", ...phone, user: "demo", url: contact("hanna_vogel"), steps: askOnPhone },
    {
        name: "phone_assign",
        ...phone,
        url: "/odoo/contacts",
        steps: [
            ...hold,
            ["click", ".o_cp_action_menus button:has(.fa-cog)"],
            ["choose", "Add to Groups"],
            ...pickOnPhone("Trade fair"),
        ],
    },
    { name: "assign", ...wide, url: "/odoo/contacts", steps: [list, ...assign] },
    {
        name: "search_panel",
        ...description,
        ...broad,
        url: "/odoo/contacts",
        steps: [list, panel("Private customers")],
    },
    {
        name: "members_add",
        ...wide,
        url: group("first_home"),
        steps: [
            ["click", "button[name='action_view_members']"],
            ["click", "button:has-text('Add Contacts')"],
        ],
    },
    {
        name: "members",
        ...low,
        url: group("first_home"),
        steps: [["click", "button[name='action_view_members']"]],
    },
    {
        name: "phone_members",
        ...phone,
        url: group("first_home"),
        steps: [more, ["click", "button[name='action_view_members']"]],
    },

    // History
    {
        name: "history",
        ...long,
        user: "demo",
        url: group("event_trade_fair"),
        steps: history,
    },
    {
        name: "phone_history",
        ...phone,
        url: group("event_trade_fair"),
        steps: [
            more,
            ...history,
        ],
    },
    {
        name: "contact_history",
        ...long,
        url: "/odoo/contacts/{base.res_partner_address_28}",
        steps: [["click", ".oe_stat_button:has-text('Group History')"]],
    },
    {
        name: "phone_contact_history",
        ...phone,
        url: "/odoo/contacts/{base.res_partner_address_28}",
        steps: [more, ["click", ".oe_stat_button:has-text('Group History')"]],
    },
    { name: "changes", ...long, url: "/odoo/customer-group-changes" },
    { name: "phone_changes", ...phone, url: "/odoo/customer-group-changes" },
    { name: "as_of", ...low, url: group("event_trade_fair"), steps: menu("Members on a Date") },
    {
        name: "rule",
        ...wide,
        height: 960,
        url: group("buying_regular"),
        steps: rulePage,
    },
    { name: "phone_rule", ...phone, url: group("buying_regular"), steps: rulePage },
    { name: "quality", ...low, url: "/odoo/customer-groups-quality" },
    { name: "phone_quality", ...phone, url: "/odoo/customer-groups-quality" },
    {
        name: "why",
        ...wide,
        url: group("buying_regular"),
        steps: why,
    },

    {
        name: "phone_why",
        ...phone,
        url: group("buying_regular"),
        steps: [
            ...why.slice(0, 2),
            ["click", input("partner_id")],
            ["click", '.modal .o_kanban_record:has-text("Gemini Furniture")'],
        ],
    },
    { name: "phone_as_of", ...phone, url: group("event_trade_fair"), steps: menu("Members on a Date") },

    // Follow-up series
    { name: "series", ...wide, height: 1400, url: series },
    { name: "phone_series", ...phone, url: series, steps: [["show", timeline]] },
    { name: "series_list", ...low, url: "/odoo/follow-up-series" },
    { name: "phone_series_list", ...phone, url: "/odoo/follow-up-series" },
    {
        name: "series_step",
        ...wide,
        url: series,
        steps: [["click", `${timeline} .o_kanban_record >> nth=1`]],
    },
    { name: "phone_series_step", ...phone, url: series, steps: [["click", addStep]] },
    {
        name: "series_test",
        ...wide,
        height: 860,
        url: series,
        steps: [["click", "button[name='action_test']"]],
    },
    { name: "enrolments", ...wide, url: "/odoo/contacts-in-series" },
    { name: "phone_enrolments", ...phone, url: "/odoo/contacts-in-series" },
    { name: "enrolment", ...wide, url: "/odoo/contacts-in-series", steps: enrolment },
    { name: "phone_enrolment", ...phone, url: "/odoo/contacts-in-series", steps: enrolment },
    {
        name: "series_contact",
        ...wide,
        user: "demo",
        url: "/odoo/contacts-in-series",
        steps: [...enrolment, ["click", ".o_field_widget[name='partner_id'] a"]],
    },
    {
        name: "series_bulk",
        ...wide,
        url: "/odoo/contacts",
        steps: [
            list,
            ...assign.slice(0, -3),
            ["fill", input("group_ids"), "dormant"],
            ["choose", "Dormant"],
        ],
    },

    // Import, templates, tags, requests, settings
    { name: "import", ...wide, url: "/odoo/contacts", steps: [list, ...menu("Import memberships")] },
    {
        name: "tags",
        ...wide,
        height: 860,
        url: "/odoo/customer-groups-from-tags",
    },
    { name: "phone_tags", ...phone, url: "/odoo/customer-groups-from-tags" },
    { name: "requests_list", ...low, url: "/odoo/customer-group-requests" },
    {
        name: "phone_requests_form",
        ...phone,
        url: "/odoo/customer-group-requests",
        steps: [["click", ".o_kanban_record"]],
    },
    {
        name: "requests",
        ...wide,
        url: "/odoo/customer-group-requests",
        steps: [["click", ".o_data_row .o_data_cell"]],
    },
    { name: "phone_requests", ...phone, url: "/odoo/customer-group-requests" },
    { name: "settings", ...wide, url: "/odoo/settings#customer_group" },
    { name: "phone_settings", ...phone, url: "/odoo/settings#customer_group" },
    { name: "templates", ...wide, url: "/odoo/customer-groups-from-template" },
    { name: "phone_templates", ...phone, url: "/odoo/customer-groups-from-template" },
    { name: "unsubscribe", ...low, url: unsubscribe, steps: asked },
    { name: "phone_unsubscribe", ...phone, url: unsubscribe, steps: asked },

    // Glue add-ons
    {
        name: "crm",
        addon: "customer_group_crm",
        ...low,
        url: "/odoo/crm",
        steps: [["click", ".o_kanban_record:has-text('Info about services')"]],
    },
    {
        name: "phone_crm",
        addon: "customer_group_crm",
        ...phone,
        url: "/odoo/crm",
        steps: [["click", ".o_kanban_record:has-text('Info about services')"], ["show", field]],
    },
];
