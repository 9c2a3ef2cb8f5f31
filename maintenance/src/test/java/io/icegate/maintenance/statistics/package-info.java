@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.statistics;
