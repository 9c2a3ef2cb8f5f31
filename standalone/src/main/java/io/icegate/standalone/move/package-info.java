/**
 * Moves tables and views between the catalog of a warehouse and another one. Nothing is copied: the other catalog is told where the
 * metadata lies. {@link io.icegate.standalone.move.CatalogMove} decides per name, {@link
 * io.icegate.standalone.move.CatalogSide} is what it needs of either catalog. Imports the catalog and the WAL's rules, no command.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.move;
