import { onWillDestroy } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

/** How long to wait for more news before they are handed on, in milliseconds. */
const NEWS_DELAY = 500;

/**
 * Collects what the server tells of groups that anybody changes, this user included.
 *
 * @param {(news: Map<number, "changed" | "deleted">) => any} onNews called with the ids of
 *      these groups
 */
export function useGroupNews(onNews) {
    const busService = useService("bus_service");
    let news = new Map();
    const handOn = useDebounced(() => {
        const collected = news;
        news = new Map();
        return onNews(collected);
    }, NEWS_DELAY);
    const collect = ({ ids, deleted }) => {
        for (const id of ids) {
            news.set(id, deleted ? "deleted" : "changed");
        }
        handOn();
    };
    busService.subscribe("customer_group/changed", collect);
    onWillDestroy(() => busService.unsubscribe("customer_group/changed", collect));
}
