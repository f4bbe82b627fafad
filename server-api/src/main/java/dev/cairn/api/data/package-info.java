/**
 * The keyspace and data types.
 *
 * <p>A {@link dev.cairn.api.data.Keyspace} opens keys as {@link dev.cairn.api.data.Slot slots}; a
 * {@link dev.cairn.api.data.WriteSlot} is the one way to change them, and its {@code changed} the one way to say so:
 *
 * <pre>{@code
 * WriteSlot slot = call.keyspace().write(args.at(1), type);
 * slot.putInteger(type, 0, slot.exists() ? slot.integer() + 1 : 1);
 * slot.changed(KeyEventClass.MODULE, INCREMENTED);
 * }</pre>
 *
 * <p>A {@link dev.cairn.api.data.DataType} says how values of it are kept, saved, copied and freed.
 */
package dev.cairn.api.data;
