/**
 * Deletes rows that are older than a table keeps them, by whole files and without reading or writing one.
 * {@link io.icegate.maintenance.ttl.TtlPlanner} finds the files of which every row is due, and
 * {@link io.icegate.maintenance.ttl.TtlDelete} takes them out of the table. The files themselves are deleted by expiration, as all
 * others are. Imports Iceberg and what the WAL says of tables.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.ttl;
