@org.jspecify.annotations.NullMarked
package io.icegate.wal.copies;
