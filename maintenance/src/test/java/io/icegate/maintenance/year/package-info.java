/**
 * A year of a warehouse in minutes: the real writer, commit, collection, catalog and upkeep run on a virtual clock, and every
 * request to the store is counted. {@link io.icegate.maintenance.year.Year} is the schedule, {@link
 * io.icegate.maintenance.year.Curves} the judgement.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.year;
