using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Trust;

/// <summary>
/// Keeps this replica's certificate good, by what the Secret holds. The leader also makes and rotates the authorities and publishes
/// them. What goes wrong is told, and the last good certificate serves on.
/// </summary>
internal sealed partial class TrustLoop
{
    /// <summary>Rotation has days of notice, renewal hours; a Secret that somebody deleted is made anew by then.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>As long as nobody can be served.</summary>
    private static readonly TimeSpan FirstPace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>One small question, and whoever has put a Secret back waits for the answer.</summary>
    private static readonly BackoffOptions Pauses = new()
    {
        Initial = TimeSpan.FromSeconds(1),
        Maximum = TimeSpan.FromSeconds(10),
    };

    private readonly AuthorityStore store;
    private readonly BundlePublisher bundles;
    private readonly ServerCertificateInUse inUse;
    private readonly TrustLoopOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly UpkeepLoop loop;
    private volatile string? problem;
    private string told = "";
    private DateTimeOffset? authorityExpires;

    public TrustLoop(
        AuthorityStore store,
        BundlePublisher bundles,
        ServerCertificateInUse inUse,
        TrustLoopOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        (this.store, this.bundles, this.inUse) = (store, bundles, inUse);
        (this.options, this.time, this.logger) = (options, time, logger);
        loop = new UpkeepLoop("trust", Pauses, Patience, OnFailed, time);
    }

    /// <summary><see cref="Problem"/> says something else now.</summary>
    public event Action? ProblemChanged;

    /// <returns>What is wrong with the trust of sidecars in this namespace; null where all is well.</returns>
    public string? Problem(string @namespace) =>
        problem is { } own ? $"Identity of the operator: {own}"
        : bundles.Problem(@namespace) is { } publishing
            ? $"ConfigMap {BundlePublisher.Name} could not be written, so sidecars may not trust the operator: {publishing}"
        : null;

    /// <summary>A term began.</summary>
    public void OnLeading()
    {
        bundles.Forget();
        loop.Call();
    }

    public void OnPool(string @namespace)
    {
        if (options.IsLeader() && !bundles.HasPublished(@namespace))
        {
            loop.Call();
        }
    }

    /// <summary>Ends by cancellation only.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => loop.RunAsync(LookAsync, cancellationToken);

    private async Task<TimeSpan?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await StepAsync(cancellationToken))
            {
                return null;
            }
            return inUse.Current is null ? FirstPace : Pace;
        }
        finally
        {
            Measure();
            Tell();
        }
    }

    private void OnFailed(string why)
    {
        if (problem != why)
        {
            LogFailed(why);
        }
        problem = why;
        Tell();
    }

    private void Tell()
    {
        var now = $"{problem}\n{bundles.Problems}";
        if (now != told)
        {
            told = now;
            ProblemChanged?.Invoke();
        }
    }

    /// <returns>False where something is left to be done soon.</returns>
    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(cancellationToken);
        var leads = options.IsLeader();
        var authorities = leads ? await RotateAsync(stored, cancellationToken) : stored.Authorities;
        if (authorities is null)
        {
            return false;
        }
        if (authorities.Count == 0)
        {
            // The leader makes the first one.
            return true;
        }
        AuthorityRecord[] records = [.. authorities.Select(a => a.Record)];
        Renew(authorities, records);
        var finding = AuthorityRotation.Finding(records, time.GetUtcNow());
        if (finding is not null && finding != problem)
        {
            LogFailed(finding);
        }
        problem = finding;
        authorityExpires = AuthorityRotation.Signer(records, time.GetUtcNow()).NotAfter;
        return !leads
            || await bundles.PublishAsync(StoredAuthority.Bundle(authorities), options.Namespaces(), cancellationToken);
    }

    /// <returns>What is stored afterwards; null where another replica was first.</returns>
    private async Task<IReadOnlyList<StoredAuthority>?> RotateAsync(
        StoredTrust stored,
        CancellationToken cancellationToken
    )
    {
        AuthorityRecord[] before = [.. stored.Authorities.Select(a => a.Record)];
        var after = AuthorityRotation.Rotate(before, time.GetUtcNow(), options.Periods, CertificateIssuing.NewId());
        if (before.Select(a => a.Id).Order().SequenceEqual(after.Select(a => a.Id).Order()))
        {
            return stored.Authorities;
        }
        var known = stored.Authorities.ToDictionary(a => a.Record.Id, StringComparer.Ordinal);
        StoredAuthority[] authorities =
        [
            .. after.Select(r => known.GetValueOrDefault(r.Id) ?? CertificateIssuing.MakeAuthority(r)),
        ];
        if (!await store.TryWriteAsync(authorities, stored.Version, cancellationToken))
        {
            return null;
        }
        foreach (var made in authorities.Where(a => !known.ContainsKey(a.Record.Id)))
        {
            LogMade(made.Record.Id, made.Record.NotAfter, made.Record.SignsFrom);
        }
        foreach (var gone in known.Keys.Except(after.Select(a => a.Id)))
        {
            LogDropped(gone);
        }
        return authorities;
    }

    private void Renew(IReadOnlyList<StoredAuthority> authorities, AuthorityRecord[] records)
    {
        var now = time.GetUtcNow();
        var signer = AuthorityRotation.Signer(records, now);
        if (inUse.Current is { } current && !current.Term.IsOver(signer, now))
        {
            return;
        }
        var term = ServerTerm.Begin(signer, now, options.Periods);
        inUse.Current = CertificateIssuing.MakeServer(
            authorities.Single(a => a.Record.Id == signer.Id),
            term,
            options.Names
        );
        LogRenewed(options.Names[0], term.NotAfter, signer.Id);
    }

    private void Measure()
    {
        Tell("authority", authorityExpires);
        Tell("server", inUse.Current?.Term.NotAfter);

        void Tell(string what, DateTimeOffset? expires)
        {
            if (expires is { } at)
            {
                OperatorMetrics.CertificateRemaining.Record(
                    (at - time.GetUtcNow()).TotalSeconds,
                    new KeyValuePair<string, object?>("certificate", what)
                );
            }
        }
    }

    [LoggerMessage(
        EventId = 340,
        Level = LogLevel.Information,
        Message = "Authority {Id} was made: it is good until {NotAfter:u} and signs from {SignsFrom:u} on"
    )]
    private partial void LogMade(string id, DateTimeOffset notAfter, DateTimeOffset signsFrom);

    [LoggerMessage(EventId = 341, Level = LogLevel.Information, Message = "Authority {Id} is not trusted any more")]
    private partial void LogDropped(string id);

    [LoggerMessage(
        EventId = 343,
        Level = LogLevel.Information,
        Message = "Certificate for {Name} is good until {NotAfter:u}, signed by {Authority}"
    )]
    private partial void LogRenewed(string name, DateTimeOffset notAfter, string authority);

    [LoggerMessage(EventId = 344, Level = LogLevel.Error, Message = "The operator's identity is in trouble: {Problem}")]
    private partial void LogFailed(string problem);
}

internal sealed record TrustLoopOptions
{
    /// <summary>In the certificate.</summary>
    public required IReadOnlyList<string> Names { get; init; }
    public required Func<bool> IsLeader { get; init; }

    /// <summary>Those that have pools.</summary>
    public required Func<IReadOnlyCollection<string>> Namespaces { get; init; }
    public TrustPeriods Periods { get; init; } = new();
}
