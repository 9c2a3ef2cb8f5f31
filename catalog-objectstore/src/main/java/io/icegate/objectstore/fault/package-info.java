@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.fault;
