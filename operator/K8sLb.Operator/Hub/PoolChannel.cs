using System.Buffers;
using System.Text.Json;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Diagnostics;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>
/// The control streams of one pool: what its sidecars said last, and what they are to hold. Published by the pool's one
/// reconciler; each stream takes the newest publication when its sidecar is ready for it.
/// </summary>
public sealed class PoolChannel(ObjectKey pool, long term, long lastVersion, Action<MemberChange> changed)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, MemberSession> sessions = [];
    private readonly ArrayBufferWriter<byte> scratch = new();
    private long epoch = term;
    private long version = lastVersion;
    private string? closed;
    private volatile PoolPublication? current;
    private volatile byte[]? loads;

    public ObjectKey Pool => pool;

    /// <summary>
    /// The term's fencing number, or more where a member holds more already: fencing numbers begin anew when the Lease was
    /// deleted or the operator moved to another namespace, and members refuse what is older than what they hold.
    /// </summary>
    public long Epoch => Volatile.Read(ref epoch);

    /// <summary>Null until the first publication.</summary>
    public PoolPublication? Current => current;

    /// <summary>The line that tells the newest figures; null until the first.</summary>
    public byte[]? Loads => loads;

    public IReadOnlyList<MemberState> Members
    {
        get
        {
            lock (gate)
            {
                return [.. sessions.Values.Select(s => s.State)];
            }
        }
    }

    /// <summary>
    /// Makes this what members are to hold. Nothing happens where it is what they hold already; else the version goes up by
    /// one and every stream is woken.
    /// </summary>
    /// <returns>The version in force.</returns>
    public long Publish(PoolState state, IReadOnlyDictionary<string, SelfDirective> selves)
    {
        lock (gate)
        {
            scratch.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(scratch))
            {
                JsonSerializer.Serialize(json, state, ProtocolJson.Default.PoolState);
            }
            if (
                current is { } held
                && held.Version == version
                && held.Epoch == epoch
                && held.HasSameContent(scratch.WrittenSpan, selves)
            )
            {
                return version;
            }
            version++;
            current = new PoolPublication(epoch, version, scratch.WrittenSpan.ToArray(), selves);
            foreach (var session in sessions.Values)
            {
                session.Wake();
            }
            return version;
        }
    }

    /// <summary>Tells every member these figures, as soon as its stream has room.</summary>
    public void Tell(PoolLoads newest)
    {
        var line = new ArrayBufferWriter<byte>();
        MessageWriter.Write(line, new OperatorMessage { Loads = newest });
        loads = line.WrittenSpan.ToArray();
        lock (gate)
        {
            foreach (var session in sessions.Values)
            {
                session.Wake();
            }
        }
    }

    /// <summary>
    /// A sidecar has attached. A stream of the same pod that is still open is closed: the newer one knows better.
    /// </summary>
    public MemberSession Attach(Hello hello, DateTimeOffset now)
    {
        MemberSession session;
        lock (gate)
        {
            if (hello.Held is { } held)
            {
                GoOnAbove(held);
            }
            if (sessions.TryGetValue(hello.PodUid, out var before))
            {
                before.Close(new Refusal { Reason = "replaced by a newer stream of the same pod", RetryAfterMs = 0 });
            }
            session = new MemberSession(this, hello, now);
            sessions[hello.PodUid] = session;
            if (closed is not null)
            {
                session.Close(Ended(closed));
            }
        }
        OperatorMetrics.StreamsOpen.Add(1);
        changed(MemberChange.Presence);
        return session;
    }

    /// <summary>The pod does not exist any more, or belongs to another pool.</summary>
    public void Forget(string uid, string reason)
    {
        lock (gate)
        {
            if (sessions.Remove(uid, out var session))
            {
                session.Close(Ended(reason));
            }
        }
    }

    /// <summary>Ends every stream, and those that come after: the pool is gone, or this operator leads no more.</summary>
    public void Close(string reason)
    {
        lock (gate)
        {
            closed = reason;
            foreach (var session in sessions.Values)
            {
                session.Close(Ended(reason));
            }
        }
    }

    internal void OnChanged(MemberChange change) => changed(change);

    /// <summary>What comes next must be newer than what the member holds.</summary>
    private void GoOnAbove(SnapshotVersion held)
    {
        if (held.Epoch == epoch)
        {
            version = Math.Max(version, held.Version);
        }
        else if (held.Epoch > epoch)
        {
            Volatile.Write(ref epoch, held.Epoch + 1);
        }
    }

    private static Refusal Ended(string reason) => new() { Reason = reason, RetryAfterMs = 500 };
}

/// <summary>How soon the pool has to be looked at again.</summary>
public enum MemberChange
{
    /// <summary>A stream began or ended, a drain came forward, or an application began or ceased to fail: at once.</summary>
    Presence,

    /// <summary>Answers to snapshots and numbers of a drain: soon.</summary>
    Progress,
}
