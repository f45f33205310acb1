import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (name) => `.o_customer_group_heatmap tbody tr:has(th:contains(${name}))`;

tours.add("customer_group_reports", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='customer_group.customer_group_report_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='customer_group.customer_group_overlap_menu']",
            run: "click",
        },
        { trigger: `${row("Wholesale")} button:contains(2)` },
        {
            content: "contacts in both",
            trigger: "button[aria-label='In Wholesale and in EU: 1 contacts']",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Anna)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Ben)))" },
        {
            content: "the page is as it was",
            trigger: ".breadcrumb-item:contains(Overlap of Groups)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='kind'] label:contains(Movement)",
            run: "click",
        },
        {
            content: "who joined since last year",
            trigger: "button[aria-label='Joined Students, left none: 1 contacts']",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Ben)" },
        {
            trigger: ".breadcrumb-item:contains(Groups)",
            run: "click",
        },
        {
            content: "the choice was kept",
            trigger:
                ".o_field_widget[name='kind'] input[data-value='movement']:checked",
        },
    ],
});

tours.add("customer_group_growth", {
    steps: () => [
        { trigger: ".oe_stat_button:contains(Growth)", run: "click" },
        { trigger: ".o_graph_view .o_graph_canvas_container canvas" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot td:contains(5)" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view .o_data_row" },
    ],
});
