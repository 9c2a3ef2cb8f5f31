/**
 * Rules that tell what a table needs: {@link io.icegate.maintenance.doctor.Doctor} looks at its metadata and answers with
 * {@link io.icegate.maintenance.doctor.Finding}s, each with the statement that mends it. The rules are here once, for the command
 * line and for every engine. Imports Iceberg and what
 * the WAL tells of a table, and changes nothing.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.doctor;
