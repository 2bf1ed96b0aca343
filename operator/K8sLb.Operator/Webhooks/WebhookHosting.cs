using K8sLb.Kubernetes;
using K8sLb.Operator.Hosting;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Trust;

namespace K8sLb.Operator.Webhooks;

/// <summary>Puts the webhooks together.</summary>
internal static class WebhookHosting
{
    public static void AddWebhooks(this IServiceCollection services, OperatorOptions options, string @namespace)
    {
        services.AddSingleton<ServerFeatures>();
        services.AddSingleton(s => new PodAdmission(
            n => s.GetRequiredService<OperatorLoops>().Directory.InForce(n),
            () =>
                options.Injection is { } injection
                    ? injection.Settings with
                    {
                        NativeSidecars = injection.Native ?? s.GetRequiredService<ServerFeatures>().NativeSidecars,
                        HookHeaders = s.GetRequiredService<ServerFeatures>().HookHeaders,
                    }
                    : null,
            PodSecret.Random,
            s.GetRequiredService<EventRecorder>()
        ));
        services.AddSingleton(s => new PoolAdmission(n => s.GetRequiredService<OperatorLoops>().Directory.InForce(n)));
        services.AddSingleton<AdmissionEndpoints>();
        services.AddSingleton(s => new WebhookUpkeep(
            s.GetRequiredService<IKubernetesClient>().FencedBy(() => s.GetRequiredService<LeaderElector>().IsLeader),
            new AuthorityStore(s.GetRequiredService<IKubernetesClient>(), @namespace),
            s.GetRequiredService<ServerFeatures>(),
            new WebhookUpkeepOptions
            {
                IsLeader = () => s.GetRequiredService<LeaderElector>().IsLeader,
                HasLeader = () => s.GetRequiredService<LeaderElector>().Leader is not null,
                InjectionWebhook = options.InjectionWebhook,
                ValidationWebhook = options.ValidationWebhook,
            },
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<WebhookUpkeep>>()
        ));
    }
}
