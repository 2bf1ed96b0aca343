namespace K8sLb.Core;

/// <summary>
/// Which keys the members of a pool prove to each other: a function of those that there were and the time. Each is known for a period
/// before it is preferred, is preferred for one, and counts for one more, so that a member whose snapshot is a period behind still
/// shares one with every other.
/// </summary>
public static class PeerKeyRotation
{
    /// <summary>For how long each is the preferred one.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>From when it is made to when it counts no more.</summary>
    public static TimeSpan Life => 3 * Period;

    /// <param name="keys">In any order.</param>
    /// <param name="fresh">One that is made now; not used where none is needed.</param>
    /// <returns>The preferred first; the same where nothing is to be done.</returns>
    public static IReadOnlyList<PeerKeyRecord> Rotate(
        IReadOnlyList<PeerKeyRecord> keys,
        DateTimeOffset now,
        PeerKeyRecord fresh
    )
    {
        PeerKeyRecord[] alive = [.. keys.Where(k => now < k.MadeAt + Life).OrderByDescending(k => k.MadeAt)];
        if (alive is not [var newest, ..] || now >= newest.MadeAt + Period)
        {
            alive = [fresh, .. alive];
        }
        // The newest is on its way to the members; the one before it is with all of them.
        return alive is [var next, var current, .. var older] ? [current, next, .. older] : alive;
    }
}

/// <param name="Id">In letters and digits.</param>
public sealed record PeerKeyRecord(string Id, ReadOnlyMemory<byte> Secret, DateTimeOffset MadeAt);
