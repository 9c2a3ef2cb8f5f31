/**
 * What a catalog holds, and what may change. {@link io.icegate.catalog.state.CatalogState} is the whole catalog at one
 * version. A {@link io.icegate.catalog.state.CatalogRecord} leads from one version to the next;
 * {@link io.icegate.catalog.state.CatalogChanges} says which changes each operation makes. {@link
 * io.icegate.catalog.state.Folders} keeps the folders of tables apart. Everything here is immutable and does no I/O. This
 * package imports Iceberg's names and exceptions, and nothing of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.catalog.state;
