import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { serializeDate } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatInteger } from "@web/views/fields/formatters";

/** How many shades there are; the last ones have light text. */
const SHADES = 5;
/** The row and the column of contacts who came from none of the groups, or went to none. */
const NONE = { id: false };

/**
 * Numbers of contacts for pairs of groups, as a table with shades.
 */
export class HeatmapField extends Component {
    static template = "customer_group.Heatmap";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get matrix() {
        return this.props.record.data[this.props.name] || {};
    }

    get isMovement() {
        return this.props.record.data.kind === "movement";
    }

    get measure() {
        return this.props.record.data[
            this.isMovement ? "movement_measure" : "overlap_measure"
        ];
    }

    get groups() {
        return this.matrix.groups;
    }

    get rows() {
        return this.isMovement ? [...this.groups, NONE] : this.groups;
    }

    get columns() {
        return this.rows;
    }

    get names() {
        return Object.fromEntries(this.groups.map(({ id, name }) => [id, name]));
    }

    get caption() {
        if (this.isMovement) {
            return _t("From the group on the left to the group above");
        }
        return _t("Contacts in two groups");
    }

    /** Lines of cells, each with what it shows. */
    get lines() {
        const numbers = new Map(
            this.matrix.cells.map(([row, column, ...counts]) => [
                `${row} ${column}`,
                counts,
            ])
        );
        const peak = Math.max(
            1,
            ...this.matrix.cells
                .filter(([row, column]) => row !== column)
                .map(([, , count]) => count)
        );
        return this.rows.map((row) => ({
            row,
            cells: this.columns.map((column) => {
                const counts = numbers.get(`${row.id} ${column.id}`) || [0, 0];
                return this.getCell(row, column, counts, peak);
            }),
        }));
    }

    getCell(row, column, [count, either], peak) {
        const isSame = row.id === column.id;
        if (isSame && !this.isMovement) {
            count = row.members;
        }
        const whole = this.measure === "either" ? either : (row.members ?? row.before);
        const share = whole ? count / whole : 0;
        const asShare =
            this.measure !== "count" && row.id && !(isSame && !this.isMovement);
        const strength = asShare ? share : count / peak;
        return {
            row,
            column,
            count,
            isSame,
            isNone: isSame && !row.id,
            text: asShare ? this.formatShare(share) : formatInteger(count),
            label: this.getLabel(row, column, count),
            shade:
                isSame || !count
                    ? 0
                    : Math.min(SHADES, 1 + Math.floor(strength * SHADES)),
        };
    }

    /** A part of a whole in percent; what is not nothing or all does not look like it. */
    formatShare(share) {
        const percent = Math.round(share * 100);
        if (share > 0 && share < 0.01) {
            return "<1 %";
        }
        return `${share < 1 ? Math.min(percent, 99) : percent} %`;
    }

    /** What the number says, in words. */
    getLabel(row, column, count) {
        const names = {
            count: formatInteger(count),
            one: row.name,
            other: column.name,
        };
        if (!this.isMovement) {
            return row.id === column.id
                ? _t("%(one)s: %(count)s contacts", names)
                : _t("In %(one)s and in %(other)s: %(count)s contacts", names);
        }
        if (row.id === column.id) {
            return _t("Stayed in %(one)s: %(count)s contacts", names);
        }
        if (!row.id) {
            return _t("Joined %(other)s, left none: %(count)s contacts", names);
        }
        if (!column.id) {
            return _t("Left %(one)s, joined none: %(count)s contacts", names);
        }
        return _t("From %(one)s to %(other)s: %(count)s contacts", names);
    }

    getSize(group) {
        const { members, before, after } = group;
        return this.isMovement
            ? `${formatInteger(before)} → ${formatInteger(after)}`
            : formatInteger(members);
    }

    get leftOut() {
        const shown = this.groups.length;
        return this.matrix.found > shown
            ? _t("The %(shown)s largest of %(found)s groups.", {
                  shown,
                  found: formatInteger(this.matrix.found),
              })
            : "";
    }

    get emptyNames() {
        return (this.matrix.empty || []).map((id) => this.names[id]).join(", ");
    }

    /** Whether nobody moved at all. */
    get isStill() {
        return (
            this.isMovement &&
            !this.matrix.cells.some(([row, column]) => row !== column)
        );
    }

    async open(row, column) {
        const data = this.props.record.data;
        const args = this.isMovement
            ? [
                  serializeDate(data.date_from),
                  serializeDate(data.date_to),
                  this.groups.map((group) => group.id),
                  row.id,
                  column.id,
                  data.include_subgroups,
              ]
            : [[...new Set([row.id, column.id])], data.include_subgroups];
        const method = this.isMovement ? "get_movement_action" : "get_overlap_action";
        this.action.doAction(await this.orm.call("customer.group", method, args));
    }
}

registry.category("fields").add("customer_group_heatmap", {
    component: HeatmapField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "kind", type: "selection" },
        { name: "overlap_measure", type: "selection" },
        { name: "movement_measure", type: "selection" },
        { name: "include_subgroups", type: "boolean" },
        { name: "date_from", type: "date" },
        { name: "date_to", type: "date" },
    ],
});
