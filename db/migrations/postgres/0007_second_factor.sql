CREATE TABLE "recovery_code" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "recovery_code_clinic_id_user_id_code_hash_pk" PRIMARY KEY("clinic_id","user_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "second_factor" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"sealed" text NOT NULL,
	"confirmed_at" timestamp with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "second_factor_clinic_id_user_id_pk" PRIMARY KEY("clinic_id","user_id")
);
