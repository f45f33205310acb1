import { onPatched } from "@odoo/owl";
import { makeContext } from "@web/core/context";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";

const HOURS = { hours: 1, days: 24, weeks: 168 };

/** Cards below each other on a line, each beside the time it belongs to. */
export class TimelineRenderer extends KanbanRenderer {
    static template = "customer_group.TimelineRenderer";

    setup() {
        super.setup();
        // A row that has moved has lost the focus.
        onPatched(() => {
            if (this.moved) {
                const buttons = `[data-id='${this.moved.id}'] button`;
                const [up, down] = this.rootRef.el.querySelectorAll(buttons);
                const [button, other] = this.moved.by < 0 ? [up, down] : [down, up];
                (button.disabled ? other : button).focus();
                this.moved = null;
            }
        });
    }

    get records() {
        return this.props.list.records;
    }

    /** @returns {String} when a step takes place, or took place */
    getTime({ data }, index) {
        if (data.date) {
            return toLocaleDateTimeString(data.date, { showSeconds: false });
        }
        const number = data.delay_value;
        if (number === 0) {
            return index ? _t("Right after that") : _t("At once");
        }
        if (number === 1) {
            const texts = {
                hours: _t("1 hour later"),
                days: _t("1 day later"),
                weeks: _t("1 week later"),
            };
            return texts[data.delay_unit];
        }
        const texts = {
            hours: _t("%s hours later", number),
            days: _t("%s days later", number),
            weeks: _t("%s weeks later", number),
        };
        return texts[data.delay_unit];
    }

    /** @returns {String|undefined} how long after the start, if that is not said already */
    getTotal(index) {
        const hours = this.records
            .slice(0, index + 1)
            .map(({ data }) => (data.delay_value || 0) * HOURS[data.delay_unit]);
        const days = Math.floor(hours.reduce((sum, value) => sum + value, 0) / 24);
        return hours.filter(Boolean).length > 1 && days ? _t("Day %s", days) : undefined;
    }

    /** Leaves buttons and links their keys, which otherwise open or select a card. */
    onKeydown(ev) {
        if (["Enter", " "].includes(ev.key) && ev.target.matches("button, a")) {
            ev.stopPropagation();
        }
    }

    /** @param {Number} by -1 for up, 1 for down */
    async move(record, index, by) {
        const target = this.records[by < 0 ? index - 2 : index + 1];
        await this.props.list.resequence(record.id, target ? target.id : null);
        this.moved = { id: record.id, by };
        this.render();
    }
}

export class TimelineField extends X2ManyField {
    static components = { ...X2ManyField.components, KanbanRenderer: TimelineRenderer };

    /** New steps come last. */
    onAdd({ context } = {}) {
        const orders = this.list.records.map(({ data }) => data.sequence);
        const last = { default_sequence: Math.max(0, ...orders) + 1 };
        return super.onAdd({ context: makeContext([context, last]) });
    }
}

registry.category("fields").add("customer_group_timeline", {
    ...x2ManyField,
    component: TimelineField,
    supportedTypes: ["one2many"],
});
