/**
 * Keeps tables in order without an operator. {@link io.icegate.maintenance.upkeep.Upkeep} runs rounds: it merges what is worth
 * merging and expires what is due, one table after the other, within a budget. It decides no rule itself; those are in
 * {@code merge} and {@code expire}, which it imports.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.upkeep;
