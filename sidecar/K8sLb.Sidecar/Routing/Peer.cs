using System.Net;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Another member that can take work, and how reaching it went lately. Kept by reference from one snapshot to the next
/// while its address stays, and how it is greeted; keys come and go meanwhile.
/// </summary>
public sealed class Peer
{
    private static readonly TimeSpan ShortestAvoidance = TimeSpan.FromMilliseconds(500);
    private const int LongestAvoidanceDoublings = 4;

    /// <summary>Places become free with every answer.</summary>
    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider clock;
    private long avoidUntil = long.MinValue;
    private long unreachableAt = long.MinValue;
    private int failures;

    public Peer(MemberDirective member, TimeProvider clock)
    {
        this.clock = clock;
        Uid = member.Uid;
        Id = RendezvousHash.Of(member.Uid);
        Name = member.Name;
        EndPoint = new(IPAddress.Parse(member.PeerAddress), member.PeerPort);
        ProvesKey = member.ProvesKey;
        Credential = member.PeerCredential;
        Load = new(clock);
        Recent = new(Load, clock);
    }

    public string Uid { get; }

    /// <summary>A hash of <see cref="Uid"/>.</summary>
    public ulong Id { get; }
    public string Name { get; }
    public IPEndPoint EndPoint { get; }

    /// <summary>It is greeted by a key of the pool; otherwise by its <see cref="Credential"/>.</summary>
    public bool ProvesKey { get; }
    public string Credential { get; }

    /// <summary>Of what this member passes on to it.</summary>
    public DestinationLoad Load { get; }

    /// <summary>The same, of the last seconds; for one thread.</summary>
    public RecentOutcomes Recent { get; }

    /// <summary>Attempts since the last that went well, whether they brought no connection, no answer, or one of 500 and above.</summary>
    public int FailuresInARow => Math.Max(Load.FailuresInARow, Volatile.Read(ref failures));

    /// <summary>Null where there was none yet.</summary>
    public TimeSpan? SinceLastOutcome =>
        Math.Max(Load.LastOutcomeAt, Volatile.Read(ref unreachableAt)) is var at and not long.MinValue
            ? clock.GetElapsedTime(at)
            : null;

    /// <summary>It could not be reached, or had no place, a moment ago.</summary>
    public bool IsAvoided => Volatile.Read(ref avoidUntil) > clock.GetTimestamp();

    /// <summary>It could not be reached a moment ago.</summary>
    public bool IsUnreachable => Volatile.Read(ref failures) != 0 && IsAvoided;

    /// <summary>Passed over for 0.5 s, twice as long for each failure in a row, up to 8 s.</summary>
    public void NoteUnreachable()
    {
        Volatile.Write(ref unreachableAt, clock.GetTimestamp());
        var doublings = Math.Min(Interlocked.Increment(ref failures) - 1, LongestAvoidanceDoublings);
        Avoid(ShortestAvoidance * (1 << doublings));
    }

    /// <summary>It had no place for a piece of work.</summary>
    public void NoteFull() => Avoid(WhileFull);

    private void Avoid(TimeSpan pause) =>
        Volatile.Write(ref avoidUntil, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));

    public void NoteReached()
    {
        if (Volatile.Read(ref failures) != 0)
        {
            Volatile.Write(ref failures, 0);
            Volatile.Write(ref avoidUntil, long.MinValue);
        }
    }

    public bool IsStill(MemberDirective member) =>
        Uid == member.Uid
        && ProvesKey == member.ProvesKey
        && (ProvesKey || Credential == member.PeerCredential)
        && EndPoint.Port == member.PeerPort
        && IPAddress.TryParse(member.PeerAddress, out var address)
        && EndPoint.Address.Equals(address);
}
