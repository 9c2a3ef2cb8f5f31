/**
 * Splits of many small files: to schedule one costs more than to read such a file. May import Trino only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.split;
