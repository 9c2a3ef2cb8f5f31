@org.jspecify.annotations.NullMarked
package io.icegate.trino.catalog;
