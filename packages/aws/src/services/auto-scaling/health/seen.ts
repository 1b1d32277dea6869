/** How a target group or a Classic Load Balancer sees an instance. */
export interface Seen {
  /** It sends requests there. */
  readonly isHealthy: boolean;
  /** It sends requests there, or cannot be asked to. */
  readonly isBalanced: boolean;
  /** It calls the instance unhealthy. */
  readonly isFailing: boolean;
  /** It lets requests end that are under way, and sends no new ones. */
  readonly isDraining: boolean;
}
