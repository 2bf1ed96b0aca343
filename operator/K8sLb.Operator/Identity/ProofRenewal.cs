using System.Globalization;
using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>
/// Who a sidecar is holds for as long as its token does. It sends a newer one on its open stream, which goes on then; one that does not,
/// or whose newer token is not accepted, has its stream ended. While the API server cannot be asked, the stream goes on.
/// </summary>
/// <param name="end">Ends the stream.</param>
public sealed class ProofRenewal(
    ISidecarAuthentication authentication,
    Hello hello,
    DateTimeOffset? goodUntil,
    Action<IdentityRefusal> end,
    TimeProvider time
)
{
    /// <summary>Between questions of one stream to the API server, whatever it sends.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Sidecars whose tokens end together, as those of a pool that knows no renewal, come back one after the other.</summary>
    private const int MostPauseMs = 1_000;

    private readonly AsyncSignal signal = new();
    private string? offered;

    /// <summary>The newest counts.</summary>
    public void Offer(string token)
    {
        Volatile.Write(ref offered, token);
        signal.Set();
    }

    /// <summary>Ends with the stream.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (goodUntil is { } until)
            {
                if (Interlocked.Exchange(ref offered, null) is { } token)
                {
                    if (!await TryRenewAsync(token, cancellationToken))
                    {
                        return;
                    }
                    await Task.Delay(Pace, time, cancellationToken);
                }
                else if (until - time.GetUtcNow() is { Ticks: > 0 } left)
                {
                    // A timer has its bounds, and a clock that is set has none.
                    await signal.WaitAsync(left < Longest ? left : Longest, time, cancellationToken);
                }
                else
                {
                    End(
                        RefusalReasons.TokenEnded,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"the token ended at {until:O}, and no newer one was sent"
                        )
                    );
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The stream has ended.
        }
    }

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <returns>False where the stream ends.</returns>
    private async Task<bool> TryRenewAsync(string token, CancellationToken cancellationToken)
    {
        var verdict = await authentication.CheckAsync($"Bearer {token}", hello, cancellationToken);
        if (verdict.Refusal is not { } refusal)
        {
            goodUntil = verdict.GoodUntil;
            return true;
        }
        if (refusal.Reason == RefusalReasons.ReviewUnavailable)
        {
            // Asked again, unless a newer one has come meanwhile.
            Interlocked.CompareExchange(ref offered, token, null);
            return true;
        }
        End(refusal.Reason, refusal.Message);
        return false;
    }

    private void End(string reason, string message) =>
        end(new IdentityRefusal(reason, message, TimeSpan.FromMilliseconds(Random.Shared.Next(MostPauseMs))));
}
