import { registry } from "@web/core/registry";
import {
    chooseInPanel,
    search,
    seeOnly,
    toggleSearchItem,
    toggleSearchMenu,
    unfold,
} from "./helpers";

const tours = registry.category("web_tour.tours");

const removeFacet = { trigger: ".o_searchview_facet .o_facet_remove", run: "click" };

tours.add("customer_group_find", {
    steps: () => [
        {
            content: "groups show their colors",
            trigger:
                ".o_search_panel_label:has(span:text(Trade)) .o_customer_group_color_3",
        },
        unfold("Trade"),
        ...chooseInPanel("Wholesale"),
        ...seeOnly("Anna", "Ben", "Cleo"),
        { trigger: ".o_switch_view.o_kanban", run: "click" },
        {
            trigger:
                ".o_kanban_view .o_search_panel header.active:contains('Wholesale')",
        },
        ...seeOnly("Anna", "Ben", "Cleo"),
        ...chooseInPanel("EU"),
        ...seeOnly("Anna", "Cleo"),
        { trigger: ".o_switch_view.o_list", run: "click" },
        ...chooseInPanel("Wholesale"),
        toggleSearchMenu(),
        toggleSearchItem("Joined Last 30 Days"),
        ...seeOnly("Anna", "Cleo"),
        toggleSearchItem("Joined Last 30 Days"),
        ...chooseInPanel("All"),
        ...search("Customer Group", "trade / wholesale"),
        ...seeOnly("Anna", "Ben", "Cleo"),
        toggleSearchMenu(),
        toggleSearchItem("Customer Group"),
        {
            content: "Cleo is in one group below Wholesale, Anna in two",
            trigger: ".o_group_header:contains('Trade / Wholesale / EU (2)')",
        },
        { trigger: ".o_group_header:contains('Private / Students (1)')" },
        toggleSearchItem("Customer Group"),
        toggleSearchItem("Main Group"),
        {
            content: "Anna is in two groups below Trade, and counts once",
            trigger: ".o_group_header:contains('Trade (3)')",
        },
        { trigger: ".o_group_header:contains('Private (1)')", run: "click" },
        ...seeOnly("Ben"),
        toggleSearchMenu(),
        toggleSearchItem("Main Group"),
        removeFacet,
    ],
});

tours.add("customer_group_leave_out", {
    steps: () => [
        ...search("Name", "Dora"),
        ...search("Name", "Ben"),
        ...search("Name", "Cleo"),
        ...seeOnly("Dora", "Ben", "Cleo"),
        toggleSearchMenu(),
        toggleSearchItem("In No Group"),
        ...seeOnly("Dora"),
        toggleSearchItem("In No Group"),
        ...seeOnly("Dora", "Ben", "Cleo"),
        { trigger: ".o_searchview_input", run: "edit students" },
        {
            content: "unfold the groups that can be left out",
            trigger: ".o-dropdown-item:has(b:text(Not in Group)) .o_expand",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item.o_indent:contains('Private / Students')",
            run: "click",
        },
        ...seeOnly("Dora", "Cleo"),
        ...search("Not in Group", "trade / wholesale / eu"),
        ...seeOnly("Dora"),
        toggleSearchMenu(),
        { trigger: ".o_add_favorite", run: "click" },
        { trigger: ".o_favorite_menu input[type='text']", run: "edit Newcomers" },
        { trigger: ".o_save_favorite", run: "click" },
        { trigger: ".o_searchview_facet:contains('Newcomers')" },
        ...seeOnly("Dora"),
    ],
});

tours.add("customer_group_favorite", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row:contains('Anna')" },
        toggleSearchMenu(),
        toggleSearchItem("Newcomers"),
        ...seeOnly("Dora"),
    ],
});
