namespace K8sLb.SampleApp;

/// <summary>
/// Lets the application fall ill on request: its probe fails at once, and after a warning time its work does as well, until it is well
/// again. What was begun before goes on.
/// </summary>
internal sealed class Health(TimeProvider time)
{
    public const string SwitchPath = "/unwell";
    private const string ProbePath = "/healthz";

    private sealed record Illness(DateTimeOffset FailsFrom, DateTimeOffset Until);

    private volatile Illness? illness;

    /// <param name="warningSeconds">Until work fails too.</param>
    /// <param name="seconds">Until all is well again.</param>
    public void BeUnwell(int warningSeconds, int seconds)
    {
        var now = time.GetUtcNow();
        illness = new(now.AddSeconds(warningSeconds), now.AddSeconds(seconds));
    }

    public Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var now = time.GetUtcNow();
        if (illness is not { } current || now >= current.Until)
        {
            return next(context);
        }
        if (context.Request.Path != ProbePath && now < current.FailsFrom)
        {
            return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync("unwell", context.RequestAborted);
    }
}
