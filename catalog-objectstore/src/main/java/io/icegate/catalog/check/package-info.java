/**
 * Follows every reference from the catalog to the last data file, and tells which lead nowhere. Reads only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.catalog.check;
