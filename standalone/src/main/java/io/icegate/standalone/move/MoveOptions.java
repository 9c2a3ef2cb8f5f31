package io.icegate.standalone.move;

/**
 * How tables and views are moved.
 *
 * @param dryRun nothing is changed
 * @param dropSource what the target has is dropped from the source, without its files
 * @param update what the target has at an earlier state is moved on
 * @param walSnapshots tables that take segments leave, too, as they are committed now
 */
public record MoveOptions(boolean dryRun, boolean dropSource, boolean update, boolean walSnapshots) {}
