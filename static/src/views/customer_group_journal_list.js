import { registry } from "@web/core/registry";
import { ListArchParser } from "@web/views/list/list_arch_parser";
import { listView } from "@web/views/list/list_view";

/** Rows that do not open: so Enter on a button of theirs presses it. */
class JournalArchParser extends ListArchParser {
    parse() {
        return { ...super.parse(...arguments), noOpen: true };
    }
}

registry.category("views").add("customer_group_journal_list", {
    ...listView,
    ArchParser: JournalArchParser,
});
