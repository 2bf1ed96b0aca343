using System.Security.Cryptography;
using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Protocol;

namespace K8sLb.Operator.Sessions;

/// <summary>
/// Keeps the keys of one pool's sessions: reads them, makes and rotates them when it is time, and has them at hand for the
/// reconciler. What goes wrong is said, and changes nothing else about the pool.
/// </summary>
internal sealed partial class PoolSessionKeys
{
    /// <summary>Rotation has hours of notice; a Secret that somebody deleted, to end all sessions, is made anew by then.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly BackoffOptions Pauses = new() { Initial = TimeSpan.FromSeconds(1) };

    private readonly ObjectKey pool;
    private readonly string uid;
    private readonly ISessionKeyStore store;
    private readonly Action changed;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly UpkeepLoop loop;
    private long wantedTicks;
    private volatile KeysAtHand atHand = KeysAtHand.None;

    /// <param name="changed">There are other keys, or another problem.</param>
    public PoolSessionKeys(
        ObjectKey pool,
        string uid,
        ISessionKeyStore store,
        Action changed,
        TimeProvider time,
        ILogger logger
    )
    {
        (this.pool, this.uid, this.store) = (pool, uid, store);
        (this.changed, this.time, this.logger) = (changed, time, logger);
        loop = new UpkeepLoop("session-keys", Pauses, Patience, OnFailed, time);
    }

    /// <summary>The pool keeps tokens, and nothing is known of its keys yet.</summary>
    public bool AreComing => Wanted is not null && !atHand.IsKnown;

    /// <summary>Why there are no keys, or not the newest; null where all is well.</summary>
    public string? Problem =>
        Wanted is null || atHand.Problem is not { } problem ? null
        : atHand.Keys.Count == 0 ? $"Sessions are not kept: {problem}"
        : $"The keys of sessions are those of before: {problem}";

    /// <summary>For how long tokens are good; null where the pool keeps none.</summary>
    private TimeSpan? Wanted => Volatile.Read(ref wantedTicks) is > 0 and var ticks ? new TimeSpan(ticks) : null;

    /// <summary>Puts the keys into the policy; without keys there is no persistence. Called by the reconciler alone.</summary>
    public PoolPolicy Complete(PoolPolicy policy)
    {
        var keepsTokens = policy.Sessions is { Kind: SessionKind.Cookie or SessionKind.Header };
        var ticks = keepsTokens ? TimeSpan.FromMilliseconds(policy.Sessions!.TimeoutMs).Ticks : 0;
        if (Interlocked.Exchange(ref wantedTicks, ticks) != ticks)
        {
            loop.Call();
        }
        return !keepsTokens ? policy
            : atHand.Keys.Count == 0 ? policy with { Sessions = null }
            : policy with
            {
                Sessions = policy.Sessions! with
                {
                    Keys =
                    [
                        .. atHand.Keys.Select(k => new SessionKey
                        {
                            Id = k.Id,
                            Secret = k.Secret,
                            NotBefore = k.NotBefore,
                        }),
                    ],
                },
            };
    }

    /// <summary>Ends by cancellation only.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => loop.RunAsync(LookAsync, cancellationToken);

    private async Task<TimeSpan?> LookAsync(CancellationToken cancellationToken)
    {
        if (Wanted is not { } timeout)
        {
            return Timeout.InfiniteTimeSpan;
        }
        Put(new KeysAtHand(await StepAsync(timeout, cancellationToken), null, IsKnown: true));
        return Pace;
    }

    private void OnFailed(string problem)
    {
        if (Put(atHand with { Problem = problem, IsKnown = true }))
        {
            LogFailed(pool, problem);
        }
    }

    private async Task<IReadOnlyList<SessionKeyRecord>> StepAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(pool, uid, cancellationToken);
        var fresh = RandomNumberGenerator.GetBytes(SecretKeyStore.KeyBytes);
        var keys = KeyRotation.Rotate(stored.Keys, time.GetUtcNow(), timeout, fresh);
        if (!keys.Select(k => k.Id).SequenceEqual(stored.Keys.Select(k => k.Id)))
        {
            await store.WriteAsync(pool, uid, keys, stored.Version, cancellationToken);
            LogRotated(pool, keys.Count, keys[^1].Id);
        }
        return keys;
    }

    private bool Put(KeysAtHand next)
    {
        var before = atHand;
        if (
            before.IsKnown == next.IsKnown
            && before.Problem == next.Problem
            && before.Keys.SequenceEqual(next.Keys, SameKey.Instance)
        )
        {
            return false;
        }
        atHand = next;
        changed();
        return true;
    }

    [LoggerMessage(
        EventId = 330,
        Level = LogLevel.Information,
        Message = "Sessions of {Pool} have {Count} keys now, the newest is {Id}"
    )]
    private partial void LogRotated(ObjectKey pool, int count, uint id);

    [LoggerMessage(
        EventId = 331,
        Level = LogLevel.Warning,
        Message = "Keys of sessions of {Pool} could not be kept, trying again: {Problem}"
    )]
    private partial void LogFailed(ObjectKey pool, string problem);

    /// <param name="IsKnown">They were read, or that failed.</param>
    private sealed record KeysAtHand(IReadOnlyList<SessionKeyRecord> Keys, string? Problem, bool IsKnown)
    {
        public static readonly KeysAtHand None = new([], null, IsKnown: false);
    }

    /// <summary>Records of bytes are equal by where these are.</summary>
    private sealed class SameKey : IEqualityComparer<SessionKeyRecord>
    {
        public static readonly SameKey Instance = new();

        public bool Equals(SessionKeyRecord? x, SessionKeyRecord? y) =>
            x?.Id == y?.Id && x?.NotBefore == y?.NotBefore && x?.Secret.Span.SequenceEqual(y!.Secret.Span) == true;

        public int GetHashCode(SessionKeyRecord obj) => obj.Id.GetHashCode();
    }
}
