import { expect, test } from "@odoo/hoot";
import { queryAll, queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

const GROUPS = [
    { id: 1, name: "Trade", path: "Trade", color: 3, members: 200 },
    { id: 2, name: "Retail", path: "Trade / Retail", color: 5, members: 50 },
    { id: 3, name: "Fair", path: "Fair", color: 7, members: 0 },
];
const OVERLAP = {
    groups: GROUPS,
    cells: [
        [1, 2, 1, 249],
        [2, 1, 1, 249],
    ],
    duplicates: [],
    empty: [3],
    found: 2000,
};

class Compare extends models.Model {
    _name = "customer.group.compare";

    kind = fields.Selection({
        selection: [
            ["overlap", "Overlap"],
            ["movement", "Movement"],
        ],
    });
    overlap_measure = fields.Selection({
        selection: [
            ["count", "Contacts"],
            ["share", "Share"],
            ["either", "Either"],
        ],
    });
    movement_measure = fields.Selection({
        selection: [
            ["count", "Contacts"],
            ["share", "Share"],
        ],
    });
    include_subgroups = fields.Boolean();
    date_from = fields.Date();
    date_to = fields.Date();
    matrix = fields.Json();
}

defineMailModels();
defineModels([Compare]);

async function mountHeatmap(matrix, values = {}) {
    Compare._records = [
        {
            id: 1,
            kind: "overlap",
            overlap_measure: "count",
            movement_measure: "count",
            date_from: "2026-01-01",
            date_to: "2026-03-31",
            matrix,
            ...values,
        },
    ];
    await mountView({
        type: "form",
        resModel: "customer.group.compare",
        resId: 1,
        arch: `
            <form>
                <field name="overlap_measure"/>
                <field name="matrix" widget="customer_group_heatmap" readonly="1"/>
            </form>`,
    });
}

test("a table with headers, and a button for each number that can be opened", async () => {
    await mountHeatmap(OVERLAP);
    expect("table caption").toHaveText("Contacts in two groups");
    expect(queryAllTexts("thead th[scope=col]")).toEqual(["Trade", "Retail", "Fair"]);
    expect(queryAllTexts("tbody th[scope=row]")).toEqual(["Trade", "Retail", "Fair"]);
    expect(queryAllTexts("tbody td")).toEqual([
        "200",
        "1",
        "0",
        "1",
        "50",
        "0",
        "0",
        "0",
        "0",
    ]);
    expect("tbody tr:first-child td:eq(1) button").toHaveAttribute(
        "aria-label",
        "In Trade and in Retail: 1 contacts"
    );
    expect("tbody td button").toHaveCount(4);
    expect(".o_customer_group_empty").toHaveText("Without members: Fair");
    expect(".o_customer_group_duplicates").toHaveCount(0);
    expect(".o_form_view").toHaveText(/The 3 largest of 2,000 groups\./);
});

test("shares say of what they are, and never pretend to be nothing or all", async () => {
    await mountHeatmap(OVERLAP, { overlap_measure: "share" });
    expect(queryAllTexts("tbody tr:first-child td")).toEqual(["200", "<1 %", "0"]);
    expect(queryAllTexts("tbody tr:eq(1) td")).toEqual(["2 %", "50", "0"]);
});

test("nearly all is not all", async () => {
    const cells = [
        [1, 2, 199, 200],
        [2, 1, 199, 200],
    ];
    await mountHeatmap(
        { ...OVERLAP, cells, duplicates: [[1, 2]], empty: [], found: 3 },
        { overlap_measure: "either" }
    );
    expect("tbody tr:first-child td:eq(1)").toHaveText("99 %");
    expect("tbody tr:first-child td:eq(1)").toHaveClass("o_customer_group_shade_5");
    expect(".o_customer_group_duplicates li").toHaveText("Trade – Retail");
});

test("all shades are legible", async () => {
    const luminance = (color) => {
        const [red, green, blue] = color
            .match(/\d+/g)
            .map((part) => part / 255)
            .map((part) =>
                part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
            );
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const counts = [10, 30, 50, 70, 100];
    await mountHeatmap({
        groups: [0, ...counts].map((id) => ({ ...GROUPS[0], id, name: `G${id}` })),
        cells: counts.map((count) => [0, count, count, 200]),
        found: 6,
    });
    const cells = queryAll("tbody tr:first-child td").slice(1);
    expect(cells.map((cell) => cell.className.match(/shade_(\d)/)[1])).toEqual([
        ..."12345",
    ]);
    for (const cell of cells) {
        const { backgroundColor, color } = getComputedStyle(cell);
        const [light, dark] = [luminance(backgroundColor), luminance(color)].sort(
            (a, b) => b - a
        );
        expect((light + 0.05) / (dark + 0.05)).toBeGreaterThan(4.5);
    }
});

test("a number opens its contacts", async () => {
    mockService("action", { doAction: (action) => expect.step(action) });
    onRpc("customer.group", "get_overlap_action", ({ args }) => args);
    await mountHeatmap(OVERLAP);
    await contains("tbody tr:first-child td:eq(1) button").click();
    await contains("tbody tr:first-child td:eq(0) button").click();
    expect.verifySteps([
        [[1, 2], false],
        [[1], false],
    ]);
});

test("movement has a row for those from outside and a column for those who left", async () => {
    mockService("action", { doAction: (action) => expect.step(action) });
    onRpc("customer.group", "get_movement_action", ({ args }) => args);
    const groups = [
        { id: 1, name: "Small", path: "Small", color: 1, before: 8, after: 5 },
        { id: 2, name: "Large", path: "Large", color: 2, before: 0, after: 4 },
    ];
    const cells = [
        [1, 1, 5],
        [1, 2, 2],
        [1, false, 1],
        [false, 2, 2],
    ];
    await mountHeatmap({ groups, cells, found: 2 }, { kind: "movement" });
    expect(queryAllTexts("tbody tr:first-child td")).toEqual(["5", "2", "1"]);
    expect(queryAllTexts("tbody tr:last-child td")).toEqual(["0", "2", ""]);
    expect("tbody tr:first-child th").toHaveText("Small\n8 → 5");
    await contains("tbody tr:last-child td:eq(1) button").click();
    expect.verifySteps([["2026-01-01", "2026-03-31", [1, 2], false, 2, false]]);
});

test("when nobody moved, the page says so", async () => {
    const groups = [
        { id: 1, name: "Small", path: "Small", color: 1, before: 5, after: 5 },
    ];
    await mountHeatmap({ groups, cells: [[1, 1, 5]], found: 1 }, { kind: "movement" });
    expect(".o_customer_group_still").toHaveText("Nobody moved in this period.");
});

test("what stands in the way is said instead of the table", async () => {
    await mountHeatmap({ message: "Choose two groups at least." });
    expect(".alert").toHaveText("Choose two groups at least.");
    expect("table").toHaveCount(0);
});
