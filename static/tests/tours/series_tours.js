import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { chip, pick, type, typeGroup } from "./helpers";

const tours = registry.category("web_tour.tours");
const inDialog = (field) => `.modal .o_field_widget[name='${field}'] input`;
const step = (text) => `.o_customer_group_timeline li:contains('${text}')`;
const kind = (label) => ({
    trigger: `.modal .o_field_widget[name='action'] label:contains('${label}')`,
    run: "click",
});
const wait = (delay) => ({ trigger: inDialog("delay_value"), run: `edit ${delay}` });
const status = (label) => ({ trigger: `.o_arrow_button_current:contains('${label}')` });
const series = {
    trigger: ".oe_stat_button:contains('Running Series'):contains('1')",
    run: "click",
};

tours.add("customer_group_series_build", {
    steps: () => [
        {
            content: "the empty list says what a series is",
            trigger: ".o_nocontent_help:contains('does something for each contact')",
        },
        { trigger: ".o_list_button_add", run: "click" },
        {
            trigger: ".o_field_widget[name='name'] textarea",
            run: "edit Welcome retailers",
        },
        ...type(".o_field_widget[name='group_ids'] input", "retail"),
        pick("Trade / Retail chains"),
        { trigger: "button:contains('Add a Step')", run: "click" },
        ...type(inDialog("template_id"), "Welcome"),
        pick("Welcome"),
        { trigger: ".modal .o_form_button_save_new", run: "click" },
        { trigger: `${inDialog("template_id")}:not(:value(Welcome))` },
        wait(3),
        kind("Schedule an activity"),
        ...type(inDialog("activity_type_id"), "To-Do"),
        pick("To-Do"),
        { trigger: inDialog("activity_summary"), run: "edit How do they like it?" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${step("At once")}:contains('Send an e-mail')` },
        {
            trigger: `${step("How do they like it?")} button[aria-label='Move up']`,
            run: "click",
        },
        { trigger: `${step("3 days later")}:first-child` },
        { trigger: `${step("How do they like it?")} button[aria-label='Move down']`, run: "click" },
        { trigger: `${step("At once")}:first-child:contains('Welcome')` },
        ...stepUtils.saveForm(),
        status("Draft"),
        { trigger: "button[name='action_start']", run: "click" },
        status("Running"),
        { trigger: `${step("At once")}:contains('0 waiting')` },
    ],
});

tours.add("customer_group_series_join", {
    steps: () => [
        { trigger: "button:contains('Group History')" },
        { trigger: "body:not(:has(button:contains('Running Series')))" },
        ...typeGroup("retail"),
        pick("Trade / Retail chains"),
        { trigger: chip("Retail chains") },
        ...stepUtils.saveForm(),
        series,
        { trigger: ".o_data_row:contains('Joined Retail chains'):contains('Running')" },
    ],
});

const trace = [
    series,
    { trigger: ".o_data_row .o_data_cell[name='sequence_id']", run: "click" },
    { trigger: ".o_field_widget[name='why']:contains('Joined Retail chains')" },
    {
        content: "what has been done",
        trigger: `${step("Send an e-mail: Welcome")}:contains('Waiting to be sent')`,
    },
    {
        content: "and what is next",
        trigger: ".o_field_widget[name='next_step_id']:contains('How do they like it?')",
    },
];

tours.add("customer_group_series_trace", {
    steps: () => [...trace, status("Running")],
});

tours.add("customer_group_series_read", {
    steps: () => [
        { trigger: ".o_data_row:contains('Welcome retailers') .o_data_cell", run: "click" },
        { trigger: `${step("3 days later")}:contains('1 waiting')` },
        {
            content: "who is no manager cannot change the series",
            trigger:
                ".o_form_view:not(:has([name='action_start'], [name='action_pause'], button:contains('Add a Step'), .o_customer_group_timeline button))",
        },
    ],
});

tours.add("customer_group_series_stop", {
    steps: () => [
        { trigger: ".o_data_row:contains('Welcome retailers') .o_data_cell", run: "click" },
        { trigger: `${step("3 days later")} a:contains('1 waiting')`, run: "click" },
        { trigger: ".o_data_row:contains('Dora') .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button[name='action_stop']", run: "click" },
        { trigger: ".modal-footer button:text(Stop)", run: "click" },
        { trigger: ".o_nocontent_help:contains('Nobody waits for this step')" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a:contains('Welcome')", run: "click" },
        { trigger: `${step("3 days later")}:contains('0 waiting')` },
        { trigger: "button[name='action_pause']", run: "click" },
        status("Paused"),
    ],
});

tours.add("customer_group_series_none", {
    steps: () => [
        { trigger: "button:contains('Group History')" },
        {
            content: "neither the menu nor what runs for the contact",
            trigger:
                "body:not(:has(.oe_stat_button:contains('Series'))):not(:has([data-menu-xmlid='customer_group.customer_group_follow_up_menu']))",
        },
    ],
});

tours.add("customer_group_series_phone", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('Welcome retailers')", run: "click" },
        { trigger: `${step("At once")}:contains('Send an e-mail')` },
        { trigger: "button:contains('Add a Step')", run: "click" },
        wait(2),
        kind("Add to a group"),
        { trigger: inDialog("target_group_id"), run: "click" },
        {
            content: "a full screen shows the groups to choose from",
            trigger: ".modal .o_kanban_record:contains('Students')",
            run: "click",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${step("2 days later")}:contains('Students')` },
        {
            trigger: `${step("2 days later")} button[aria-label='Move up']`,
            run: "click",
        },
        { trigger: `${step("2 days later")}:first-child` },
        ...stepUtils.saveForm(),
    ],
});
