@org.jspecify.annotations.NullMarked
package io.icegate.schema;
