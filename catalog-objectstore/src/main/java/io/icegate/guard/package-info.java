/**
 * The rule that a commit of a table must pass. {@link io.icegate.guard.CommitGuard} is asked by the catalog and implemented
 * by the WAL, so neither imports the other. This package imports Iceberg's metadata and nothing of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.guard;
