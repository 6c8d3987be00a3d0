/** Pinning a post to the profile of its author. */

import { runAction } from "../dom.js";
import { showToast } from "../toast.js";

/**
 * Returns the item of a post's menu that pins or unpins it.
 * @param {any} post @param {import("../api.js").Api} api @param {HTMLElement} errorElement
 * @param {(post: any, cursor: string) => void} onChange
 */
export function pinItem({ id, pinned_at }, api, errorElement, onChange) {
  const toggle = () => runAction(errorElement, errorElement, async () => {
    const path = `posts/${id}/pin`;
    const { data, cursor } = pinned_at ? await api.delete(path) : await api.put(path, {});
    onChange(data.post, cursor);
    showToast(pinned_at ? "The post is no longer pinned." : "The post is pinned to your profile.");
  });
  return { label: pinned_at ? "Unpin from your profile" : "Pin to your profile", run: toggle };
}
