/**
 * Keeps tables in order without an operator. {@link io.icegate.maintenance.upkeep.Maintenance} is the entry for processes and for
 * statements of engines: it finds the tables, shares them with other processes, and lets
 * {@link io.icegate.maintenance.upkeep.Upkeep} do what is due in each, within a budget. It decides no rule itself; those are in
 * {@code ttl}, {@code merge}, {@code expire} and {@code orphan}, which it imports. What was done is stored for all to read
 * ({@link io.icegate.maintenance.upkeep.UpkeepStatuses}).
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.upkeep;
